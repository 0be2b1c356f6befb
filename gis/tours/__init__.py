"""ANALYSE tours: from roads to travel times, from wishes to a plan, from a plan to its timetable."""
