// The list of all operations: a new one is a line here.
#include "operations/backfill.hpp"
#include "operations/constraint_operations.hpp"
#include "operations/data_operations.hpp"
#include "operations/index_operations.hpp"
#include "operations/key_operations.hpp"
#include "operations/maintenance_operations.hpp"
#include "operations/online_operations.hpp"
#include "operations/operation_list.hpp"
#include "operations/policy_operations.hpp"
#include "operations/privilege_operations.hpp"
#include "operations/routine_operations.hpp"
#include "operations/schema_operations.hpp"
#include "operations/sequence_operations.hpp"
#include "operations/table_operations.hpp"
#include "operations/trigger_operations.hpp"
#include "operations/type_operations.hpp"
#include "operations/view_operations.hpp"

namespace operations {

const std::vector<OperationGroup>& operation_groups() {
  static const std::vector<OperationGroup> groups = {
      {"Tables",
       {
           &CreateTable::definition(),
           &DropTable::definition(),
           &RenameTable::definition(),
       }},
      {"Columns",
       {
           &AddColumn::definition(),
           &AlterColumn::definition(),
           &DropColumn::definition(),
           &RenameColumn::definition(),
           &ChangeColumnType::definition(),
           &ContractColumnChange::definition(),
           &AbortColumnChange::definition(),
       }},
      {"Indexes",
       {
           &CreateIndex::definition(),
           &DropIndex::definition(),
           &RenameIndex::definition(),
       }},
      {"Constraints",
       {
           &CreatePrimaryKey::definition(),
           &CreateUniqueConstraint::definition(),
           &CreateForeignKey::definition(),
           &CreateCheckConstraint::definition(),
           &CreateExcludeConstraint::definition(),
           &DropConstraint::definition(),
           &DropForeignKey::definition(),
           &ValidateConstraint::definition(),
           &RenameConstraint::definition(),
       }},
      {"Keys",
       {
           &RetypePrimaryKey::definition(),
           &RetypeAllPrimaryKeys::definition(),
           &RestorePrimaryKey::definition(),
           &RestoreAllPrimaryKeys::definition(),
           &ContractPrimaryKey::definition(),
           &AbortPrimaryKey::definition(),
           &ContractAllPrimaryKeys::definition(),
           &AbortAllPrimaryKeys::definition(),
       }},
      {"Sequences",
       {
           &CreateSequence::definition(),
           &AlterSequence::definition(),
           &DropSequence::definition(),
       }},
      {"Types",
       {
           &CreateEnum::definition(),
           &AddEnumValue::definition(),
           &RenameEnumValue::definition(),
           &DropEnum::definition(),
           &CreateDomain::definition(),
           &AlterDomain::definition(),
           &DropDomain::definition(),
       }},
      {"Schemas and extensions",
       {
           &CreateSchema::definition(),
           &DropSchema::definition(),
           &RenameSchema::definition(),
           &CreateExtension::definition(),
           &AlterExtension::definition(),
           &DropExtension::definition(),
       }},
      {"Views",
       {
           &CreateView::definition(),
           &DropView::definition(),
           &CreateMaterializedView::definition(),
           &DropMaterializedView::definition(),
           &RefreshMaterializedView::definition(),
       }},
      {"Functions and triggers",
       {
           &CreateFunction::definition(),
           &DropFunction::definition(),
           &DropProcedure::definition(),
           &CreateTrigger::definition(),
           &DropTrigger::definition(),
           &EnableTrigger::definition(),
           &DisableTrigger::definition(),
       }},
      {"Row security",
       {
           &CreatePolicy::definition(),
           &AlterPolicy::definition(),
           &DropPolicy::definition(),
           &EnableRowSecurity::definition(),
           &DisableRowSecurity::definition(),
           &ForceRowSecurity::definition(),
       }},
      {"Privileges and comments",
       {
           &Grant::definition(),
           &Revoke::definition(),
           &Comment::definition(),
       }},
      {"Data and SQL",
       {
           &BulkInsert::definition(),
           &Backfill::definition(),
           &Execute::definition(),
           &ExecuteFile::definition(),
       }},
      {"Maintenance",
       {
           &Analyze::definition(),
           &Reindex::definition(),
       }},
  };
  return groups;
}

const std::vector<const OperationType*>& all_operations() {
  static const std::vector<const OperationType*> all = [] {
    std::vector<const OperationType*> result;
    for (const OperationGroup& group : operation_groups())
      result.insert(result.end(), group.operations.begin(), group.operations.end());
    return result;
  }();
  return all;
}

const OperationType* find_operation(std::string_view name) {
  for (const OperationType* each : all_operations())
    if (each->name() == name) return each;
  return nullptr;
}

}  // namespace operations
