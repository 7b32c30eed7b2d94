// Turns a struct, its field list and a few functions into an OperationType: the frame that every operation's file
// fills.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operations/fields.hpp"
#include "operations/operation.hpp"

namespace operations {

template <class T>
class Definition;

/// A struct that is an operation: `T::definition()` is where its one description lives.
template <class T>
concept OperationStruct = requires {
  { T::definition() } -> std::same_as<const Definition<T>&>;
};

/// What running and rendering need, with the type of the struct erased.
class OperationBase : public Operation {
 public:
  /// Keys that were given, as a script would write them.
  base::Map arguments() const { return list().write(object(), defaults()); }
  std::string lua() const override;
  void run(postgres::Session& session, Notes& notes) const override;

 protected:
  virtual const FieldList& list() const = 0;
  virtual const void* object() const = 0;
  virtual const void* defaults() const = 0;
  virtual void execute(postgres::Session& session, Notes& notes) const = 0;
};

/// Sends each statement of `op`.
void send(const Operation& op, postgres::Session& session);
/// The statements that running `op` would send, parameters written in: for operations that have no fixed SQL.
std::vector<std::string> record(const std::function<void(postgres::Session&)>& run);

template <class T>
class OperationValue final : public OperationBase {
 public:
  OperationValue(const Definition<T>& definition, T value) : definition_(definition), value_(std::move(value)) {}
  const T& value() const { return value_; }
  const OperationType& type() const override { return definition_; }
  std::vector<std::string> sql() const override { return definition_.sql_(value_); }
  std::unique_ptr<Operation> reverse() const override {
    return definition_.reverse_ ? definition_.reverse_(value_) : nullptr;
  }
  std::string description() const override { return definition_.describe_(value_); }
  bool needs_no_transaction() const override { return definition_.alone_ && definition_.alone_(value_); }

 protected:
  const FieldList& list() const override { return definition_.list_; }
  const void* object() const override { return &value_; }
  const void* defaults() const override {
    static const T defaults;
    return &defaults;
  }
  void execute(postgres::Session& session, Notes& notes) const override {
    if (definition_.before_) definition_.before_(value_, session, notes);
    if (definition_.run_)
      definition_.run_(value_, session, notes);
    else
      send(*this, session);
  }

 private:
  const Definition<T>& definition_;
  T value_;
};

template <OperationStruct T>
std::unique_ptr<Operation> make_operation(T value) {
  return std::make_unique<OperationValue<T>>(T::definition(), std::move(value));
}
/// The struct inside, or null when the operation is another one.
template <OperationStruct T>
const T* operation_as(const Operation& op) {
  const auto* value = dynamic_cast<const OperationValue<T>*>(&op);
  return value ? &value->value() : nullptr;
}

template <class T>
class Definition final : public OperationType {
 public:
  Definition(std::string name, std::string summary) : name_(std::move(name)), summary_(std::move(summary)) {}

  template <class Member>
  Definition& required(std::string name, Member T::*member, std::string doc) {
    return list_.required(std::move(name), member, std::move(doc)), *this;
  }
  template <class Member>
  Definition& optional(std::string name, Member T::*member, std::string doc) {
    return list_.optional(std::move(name), member, std::move(doc)), *this;
  }
  template <class Part>
  Definition& include(Part T::*part) {
    return list_.include(part), *this;
  }
  Definition& one_of(std::vector<std::string> words) { return list_.one_of(std::move(words)), *this; }
  Definition& path() { return list_.path(), *this; }
  /// `op.execute("...")`: text alone stands for this key.
  Definition& text_is(std::string key) { return text_key_ = std::move(key), *this; }
  /// Looks at the whole; returns what is wrong, or nothing.
  Definition& check(std::function<std::string(const T&)> check) { return check_ = std::move(check), *this; }
  Definition& example(std::string lua) { return example_ = std::move(lua), *this; }
  Definition& describe(std::function<std::string(const T&)> describe) { return describe_ = std::move(describe), *this; }
  /// `statements` returns one statement, or a list of them.
  template <class Statements>
  Definition& sql(Statements statements) {
    sql_ = [statements](const T& op) -> std::vector<std::string> {
      if constexpr (std::is_convertible_v<decltype(statements(op)), std::string>)
        return {statements(op)};
      else
        return statements(op);
    };
    return *this;
  }
  /// `inverse` returns an operation struct, or an optional one where that depends on the arguments.
  template <class Inverse>
  Definition& reverse(Inverse inverse) {
    reverse_ = [inverse](const T& op) { return to_operation(inverse(op)); };
    return *this;
  }
  /// Looks at the database first, and says what goes along.
  Definition& before(std::function<void(const T&, postgres::Session&, Notes&)> before) {
    return before_ = std::move(before), *this;
  }
  /// Replaces sending sql(): for an operation that must ask the database what its statements are.
  Definition& run(std::function<void(const T&, postgres::Session&, Notes&)> run) {
    return run_ = std::move(run), *this;
  }
  Definition& needs_no_transaction(std::function<bool(const T&)> alone) { return alone_ = std::move(alone), *this; }

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::string& example() const override { return example_; }
  const std::vector<FieldInfo>& fields() const override {
    static const std::vector<FieldInfo> infos = list_.infos();  // one definition of each T, so one list
    return infos;
  }
  std::unique_ptr<Operation> read(const base::Value& table) const override {
    T value;
    const Place place{"op." + name_};
    if (table.get_if<std::string>() && !text_key_.empty())
      list_.read(&value, base::Map{{text_key_, table}}, place);
    else
      list_.read(&value, table, place);
    if (check_)
      if (const std::string problem = check_(value); !problem.empty()) place.fail(problem);
    return make_operation(std::move(value));
  }

 private:
  friend class OperationValue<T>;

  static std::unique_ptr<Operation> to_operation(std::unique_ptr<Operation> op) { return op; }
  template <OperationStruct Other>
  static std::unique_ptr<Operation> to_operation(Other op) {
    return make_operation(std::move(op));
  }
  template <OperationStruct Other>
  static std::unique_ptr<Operation> to_operation(std::optional<Other> op) {
    return op ? make_operation(std::move(*op)) : nullptr;
  }

  std::string name_, summary_, example_, text_key_;
  Fields<T> list_;
  std::function<std::string(const T&)> check_, describe_;
  std::function<std::vector<std::string>(const T&)> sql_;
  std::function<std::unique_ptr<Operation>(const T&)> reverse_;
  std::function<void(const T&, postgres::Session&, Notes&)> before_, run_;
  std::function<bool(const T&)> alone_;
};

/// Starts the description of an operation.
template <class T>
Definition<T> operation(std::string name, std::string summary) {
  return {std::move(name), std::move(summary)};
}

}  // namespace operations
