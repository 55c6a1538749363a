-- Up Migration

-- Whoever has the login of `trips` could make partitions for the year 2200, so that all trips until then fall into one, or
-- partitions of a second, until the catalogue is full. Its owner and its privileges stay (0008, 0009).
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

CREATE OR REPLACE FUNCTION make_history_partitions(at timestamptz, width interval, ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' AS $$
DECLARE
  base text;
  last text;
  width_s numeric;
  -- Start of the width in which a moment lies, in seconds.
  here_s numeric;
  until_s numeric;
  from_s numeric;
  to_s numeric;
  from_id uuid;
  to_id uuid;
  name text;
  had_rows boolean;
  made integer := 0;
BEGIN
  -- `IS NOT TRUE`: a null argument makes a comparison null, and is refused too.
  IF (isfinite(at) AND at >= timestamptz '2000-01-01 00:00:00Z' AND at <= now() + interval '420 days') IS NOT TRUE THEN
    RAISE EXCEPTION 'at % is out of bounds: 2000-01-01 to 420 days from now', at USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF (ahead BETWEEN 1 AND 100) IS NOT TRUE THEN
    RAISE EXCEPTION 'ahead % is out of bounds: 1 to 100', ahead USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Bounds at whole days: however often it is called, and with whatever widths, there is at most one partition a day.
  IF (width BETWEEN interval '1 day' AND interval '366 days' AND extract(epoch FROM width) % 86400 = 0) IS NOT TRUE THEN
    RAISE EXCEPTION 'width % is out of bounds: 1 to 366 whole days', width USING ERRCODE = 'invalid_parameter_value';
  END IF;
  width_s := extract(epoch FROM width);
  here_s := floor(extract(epoch FROM at) / width_s) * width_s;
  until_s := here_s + width_s * (ahead + 1);
  IF until_s > extract(epoch FROM now() + interval '10 years') THEN
    RAISE EXCEPTION 'width % and ahead % reach beyond 10 years from now', width, ahead USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF NOT pg_try_advisory_xact_lock(7045106) THEN RETURN 0; END IF;
  FOREACH base IN ARRAY ARRAY['trip_history', 'trip_event'] LOOP
    last := base || '_ahead';
    SELECT p.from_id INTO STRICT from_id FROM history_partition p WHERE p.parent = base AND p.partition = last;
    from_s := CASE WHEN from_id IS NULL THEN NULL ELSE extract(epoch FROM uuid_time(from_id)) END;
    IF from_s >= until_s THEN CONTINUE; END IF;

    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', base, last);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', last) INTO had_rows;
    IF had_rows THEN
      EXECUTE format('ALTER TABLE %I RENAME TO %I', last, last || '_old');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', last, base);
    END IF;
    WHILE from_s IS NULL OR from_s < until_s LOOP
      to_s := greatest(here_s, (floor(from_s / width_s) + 1) * width_s);
      to_id := uuid_floor(to_timestamp(to_s));
      name := base || CASE WHEN from_s IS NULL THEN '_first' ELSE to_char(to_timestamp(from_s) AT TIME ZONE 'UTC', '_YYYYMMDD"t"HH24MISS') END;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, base);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%L)', base, name,
        CASE WHEN from_id IS NULL THEN 'MINVALUE' ELSE quote_literal(from_id) END, to_id);
      made := made + 1;
      from_s := to_s;
      from_id := to_id;
    END LOOP;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (MAXVALUE)', base, last, from_id);
    -- What had come too early goes where it belongs now.
    IF had_rows THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', base, last || '_old');
      EXECUTE format('DROP TABLE %I', last || '_old');
    END IF;
  END LOOP;
  RETURN made;
END $$;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
