#!/bin/sh
# Within the container `accounts`: the two accounts of roles.sql, and their passwords. Run before and after `senid migrate`.
set -eu
PGUSER=postgres PGPASSWORD=$(cat "${SECRETS:-/run/secrets}/postgres_password")
export PGUSER PGPASSWORD
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file "${ROLES:-/roles.sql}"
# By psql's variables, so that the passwords are in no argument and are quoted as they must be.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<SQL
\set owner \`cat ${SECRETS:-/run/secrets}/owner_password\`
\set server \`cat ${SECRETS:-/run/secrets}/server_password\`
ALTER ROLE senid_owner PASSWORD :'owner';
ALTER ROLE senid_server PASSWORD :'server';
SQL
