-- Who sends for others finds what it sent. What an employer sends for itself is found by the employer, and stays out of
-- this index, so that most registrations cost nothing here.
CREATE INDEX registration_by_sender ON registration (day, sender_company)
WHERE sender_company IS NOT NULL AND sender_company IS NOT company;
