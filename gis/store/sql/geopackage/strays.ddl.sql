-- What is said of a parcel stays when the parcel is retired, so no foreign key can hold it; these hold other programs.

CREATE TRIGGER parcel_event_refuses_stray BEFORE INSERT ON parcel_event
WHEN NOT EXISTS (SELECT 1 FROM parcel WHERE parcel_no = NEW.parcel_no)
  AND NOT EXISTS (
    SELECT 1 FROM row_history WHERE layer = 'parcel' AND key = NEW.parcel_no AND attributes <> 'null'
  )
BEGIN SELECT RAISE(ABORT, 'parcel_event has no such parcel'); END;

-- Guatu keeps the row itself and then its absence before it deletes. An absence alone tells of a parcel's beginning.
CREATE TRIGGER parcel_refuses_loss BEFORE DELETE ON parcel
WHEN EXISTS (SELECT 1 FROM parcel_event WHERE parcel_no = OLD.parcel_no)
  AND NOT EXISTS (
    SELECT 1 FROM row_history AS h
    WHERE h.layer = 'parcel' AND h.key = OLD.parcel_no AND h.attributes <> 'null' AND h.recorded_at = OLD.recorded_at
      AND 'null' = (
        SELECT l.attributes FROM row_history AS l WHERE l.layer = h.layer AND l.key = h.key ORDER BY l.id DESC LIMIT 1
      )
  )
BEGIN SELECT RAISE(ABORT, 'the parcel has events'); END;
