-- Runs once, on an empty volume. One database per service; its role owns it, and no other role may connect to it.
\getenv password POSTGRES_PASSWORD

CREATE ROLE user_activities LOGIN PASSWORD :'password';
CREATE DATABASE user_activities OWNER user_activities;
REVOKE CONNECT ON DATABASE user_activities FROM PUBLIC;
