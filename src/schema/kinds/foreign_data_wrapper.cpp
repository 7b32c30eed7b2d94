// Foreign data wrappers.
#include "schema/kind.hpp"

namespace schema {

extern const Kind foreign_data_wrapper_kind;
const Kind foreign_data_wrapper_kind{
    .name = "foreign data wrapper",
    .catalogue = "pg_foreign_data_wrapper",
    .oid = "w.oid",
    .own_name = "quote_ident(w.fdwname)",
    .from = "pg_foreign_data_wrapper w WHERE " WAXWING_NO_MEMBER("pg_foreign_data_wrapper", "w.oid"),
    .attributes =
        {
            {"handler", "nullif(w.fdwhandler, 0)::regproc::text"},
            {"validator", "nullif(w.fdwvalidator, 0)::regproc::text"},
            {"options", WAXWING_LIST("w.fdwoptions")},
            {"owner", "pg_get_userbyid(w.fdwowner)::text"},
        },
};

}  // namespace schema
