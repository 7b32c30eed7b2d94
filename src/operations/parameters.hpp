// Values of a script as parameters of a statement.
#pragma once
#include "base/value.hpp"
#include "postgres/session.hpp"

namespace operations {

/// In PostgreSQL's text form, its type left to the server: lists become arrays (`{1,2}`), tables with keys JSON.
postgres::Parameter parameter_of(const base::Value& value);
postgres::Parameters parameters_of(const base::List& values);

}  // namespace operations
