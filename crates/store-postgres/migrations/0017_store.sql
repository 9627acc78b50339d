-- Stores registrations, an array each column, with what is told of them, what waits to be checked, and the audit's records.
--
-- A function, since the database keeps the plans of its statements as long as a connection lives, whoever uses it: to read
-- and plan them anew takes longer than to store one registration. A version of the program whose registrations have more
-- columns makes another function.
CREATE FUNCTION store_registrations(
    ids bigint[], days integer[], employers bigint[], works_references text[], companies bigint[], persons bigint[],
    limosas text[], client_references text[], sectors smallint[], moments_created bigint[], channels smallint[],
    sender_ids text[], sender_companies bigint[], sender_types text[], events smallint[], moments bigint[],
    places text[], moments_offline bigint[], foreign_vats text[],
    run_firsts integer[], run_days integer[], run_registrations bigint[], run_counts integer[], run_senders text[],
    range_firsts bigint[], range_lasts bigint[],
    bodies text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- What stands in the list of a SELECT comes row by row; the same functions in a FROM would each keep all of their rows
    -- first. A row that is there already refuses everything, and costs nothing as long as there is none.
    INSERT INTO registration (
        id, day, employer, works, company, inss, limosa, reference, sector, created, channel, sender_id, sender_company,
        sender_type, event, at, place, offline_since, foreign_vat, status, remarks
    )
    SELECT
        unnest(ids), unnest(days), unnest(employers), unnest(works_references), unnest(companies), unnest(persons),
        unnest(limosas), unnest(client_references), unnest(sectors), unnest(moments_created), unnest(channels),
        unnest(sender_ids), unnest(sender_companies), unnest(sender_types), unnest(events), unnest(moments),
        unnest(places), unnest(moments_offline), unnest(foreign_vats), 3::smallint, 0;
    INSERT INTO step (entry, first, day, registration, count, place, sender)
    SELECT now.entry, run.first, run.day, run.registration, run.count, 0, run.sender
    FROM
        (SELECT step_entry() AS entry OFFSET 0) AS now,
        unnest(run_firsts, run_days, run_registrations, run_counts, run_senders)
        AS run (first, day, registration, count, sender);
    INSERT INTO check_range (first, last) SELECT unnest(range_firsts), unnest(range_lasts);
    IF cardinality(bodies) > 0 THEN
        PERFORM append_audit(bodies);
    END IF;
END $$;
