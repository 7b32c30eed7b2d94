// The list of kinds, parents before what belongs to them. A new kind is one file in kinds/ and its line here.
#include <cstring>

#include "schema/kind.hpp"

namespace schema {

#define WAXWING_KINDS(X)                                                                                              \
  X(schema)                                                                                                           \
  X(extension)                                                                                                        \
  X(language)                                                                                                         \
  X(access_method) X(foreign_data_wrapper) X(foreign_server) X(user_mapping) X(base_type) X(enum) X(domain)           \
      X(domain_constraint) X(range) X(composite) X(composite_attribute) X(collation) X(conversion) X(sequence)        \
          X(table) X(view) X(materialized_view) X(column) X(constraint) X(index) X(statistics) X(function)            \
              X(aggregate) X(operator) X(operator_family) X(operator_class) X(cast) X(transform) X(trigger) X(policy) \
                  X(rule) X(event_trigger) X(text_search_parser) X(text_search_template) X(text_search_dictionary)    \
                      X(text_search_configuration) X(publication) X(publication_table) X(publication_schema)          \
                          X(subscription) X(default_privileges) X(grant) X(comment) X(security_label)

#define WAXWING_DECLARE(name) extern const Kind name##_kind;
WAXWING_KINDS(WAXWING_DECLARE)
#undef WAXWING_DECLARE

const std::vector<const Kind*>& all_kinds() {
  static const std::vector<const Kind*> kinds = {
#define WAXWING_ADDRESS(name) &name##_kind,
      WAXWING_KINDS(WAXWING_ADDRESS)
#undef WAXWING_ADDRESS
  };
  return kinds;
}

const Kind* find_kind(const char* name) {
  for (const Kind* kind : all_kinds())
    if (std::strcmp(kind->name, name) == 0) return kind;
  return nullptr;
}

}  // namespace schema
