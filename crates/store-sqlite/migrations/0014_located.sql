-- What was found out about the place of work: the text of domain::Located.
ALTER TABLE registration ADD COLUMN located TEXT;

-- Performances tell which moments came late, too.
DROP INDEX moment_by_company;
CREATE INDEX moment_by_company
ON registration (day, company, inss, works, at, event, status, foreign_vat, offline_since)
WHERE event IS NOT NULL;
