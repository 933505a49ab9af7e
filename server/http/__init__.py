"""The HTTP calls, described once as a table that makes both the routes and the OpenAPI document."""
