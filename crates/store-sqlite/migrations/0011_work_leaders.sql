-- Who is builder (role 1) or contractor (role 2), and where: they see those beneath them.
CREATE INDEX work_contract_by_leader ON work_contract (company, work, role, born, died)
WHERE role <= 2;
