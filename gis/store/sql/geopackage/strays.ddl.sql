-- What is said of a parcel stays when the parcel is retired, so no foreign key can hold it; these hold other programs.

CREATE TRIGGER parcel_event_refuses_stray BEFORE INSERT ON parcel_event
WHEN NOT EXISTS (SELECT 1 FROM parcel WHERE parcel_no = NEW.parcel_no)
  AND NOT EXISTS (SELECT 1 FROM row_history WHERE layer = 'parcel' AND key = NEW.parcel_no)
BEGIN SELECT RAISE(ABORT, 'parcel_event has no such parcel'); END;

CREATE TRIGGER parcel_refuses_loss BEFORE DELETE ON parcel
WHEN EXISTS (SELECT 1 FROM parcel_event WHERE parcel_no = OLD.parcel_no)
  AND NOT EXISTS (
    SELECT 1 FROM row_history WHERE layer = 'parcel' AND key = OLD.parcel_no AND attributes = 'null'
  )
BEGIN SELECT RAISE(ABORT, 'the parcel has events'); END;
