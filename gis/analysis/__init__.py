"""Tables in, table out: no database, no drawing."""
