-- The 29 documented tables; `waxwing schema verify expected.lua` compares the database with them.
return {
  groups = {
    { name = "Core Tables", tables = { "tenants", "users", "addresses", "patron_groups", "departments", "permissions" } },
    { name = "Inventory Tables", tables = { "instances", "holdings", "items", "locations", "libraries" } },
    { name = "Circulation Tables", tables = { "loans", "requests", "loan_policies" } },
    { name = "Financial Tables", tables = { "fees", "payments", "fee_policies" } },
    { name = "Acquisition Tables", tables = { "orders", "order_lines", "vendors", "funds" } },
    { name = "Academic Tables", tables = { "courses", "reserves" } },
    { name = "System Tables", tables = { "roles", "notifications", "audit_logs" } },
    { name = "Junction Tables", tables = { "user_tenants", "user_roles", "role_permissions" } },
  },
}
