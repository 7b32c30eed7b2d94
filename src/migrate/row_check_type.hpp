// Which values of a column cannot become another type, as SQL.
#pragma once
#include <string>

#include "postgres/row_demand.hpp"
#include "postgres/session.hpp"

namespace migrate {

/// A condition that is true for rows whose value does not fit `demand.expression`; empty when every value fits, or when
/// no cheap query can tell.
std::string does_not_fit_sql(postgres::Session& session, const postgres::RowDemand& demand);

}  // namespace migrate
