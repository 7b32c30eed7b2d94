// The schema of a database as one text, for comparing before and after.
#pragma once
#include <string>

#include "postgres/session.hpp"

namespace tests {

std::string catalogue_text(postgres::Session& session);

}  // namespace tests
