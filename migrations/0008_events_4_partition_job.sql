-- Up Migration

SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- The partitions of the history as they are; from_id null: from the first id on, to_id null: to the last one.
CREATE VIEW history_partition AS
  SELECT parent.relname::text AS parent, child.relname::text AS partition, bounds[1]::uuid AS from_id, bounds[2]::uuid AS to_id,
    inhdetachpending AS detach_pending
  FROM pg_inherits
  JOIN pg_class AS parent ON parent.oid = inhparent
  JOIN pg_class AS child ON child.oid = inhrelid
  CROSS JOIN LATERAL (SELECT ARRAY[
    nullif(substring(pg_get_expr(child.relpartbound, child.oid) FROM $re$FROM \('?([^')]+)'?\)$re$), 'MINVALUE'),
    nullif(substring(pg_get_expr(child.relpartbound, child.oid) FROM $re$TO \('?([^')]+)'?\)$re$), 'MAXVALUE')]) AS b (bounds)
  WHERE parent.oid IN ('trip_history'::regclass, 'trip_event'::regclass) AND child.relkind = 'r';

-- Cuts partitions out of the last ones, which take all that is later, so that there are whole ones until `at` and `ahead`
-- widths beyond; says how many it made. The bounds are multiples of the width since 1970, but where partitions were not
-- made for long: one takes all of that time. Whoever calls it may do nothing else with tables: it runs with the rights of its owner.
-- It locks a table for a moment, or gives up after a quarter of a second: whoever calls it calls it again.
CREATE FUNCTION make_history_partitions(at timestamptz, width interval, ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' AS $$
DECLARE
  base text;
  last text;
  width_s numeric := extract(epoch FROM width);
  -- Start of the width in which a moment lies, in seconds.
  here_s numeric := floor(extract(epoch FROM at) / width_s) * width_s;
  until_s numeric := here_s + width_s * (ahead + 1);
  from_s numeric;
  to_s numeric;
  from_id uuid;
  to_id uuid;
  name text;
  had_rows boolean;
  made integer := 0;
BEGIN
  IF width_s < 1 OR ahead < 1 OR ahead > 100 THEN
    RAISE EXCEPTION 'width % and ahead % are out of bounds', width, ahead USING ERRCODE = 'invalid_parameter_value';
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
REVOKE EXECUTE ON FUNCTION make_history_partitions FROM PUBLIC;

-- Where partitions go that are detached, until somebody keeps them elsewhere or drops them.
CREATE SCHEMA archive;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
