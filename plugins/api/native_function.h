#ifndef HAWSER_NATIVE_FUNCTION_H_
#define HAWSER_NATIVE_FUNCTION_H_

// The functions and fixed objects of a module, as Objects. Authors do not use this header.

#include <string>
#include <string_view>

#include "hawser/binding.h"
#include "hawser/member_table.h"
#include "hawser/object.h"

namespace hawser::internal {

// A C++ callable as a function. Calls run where the module's calls run.
class NativeFunction final : public Object {
 public:
  NativeFunction(Module& module, std::string name, BoundMember code, std::string site);

  ShapeRef shape() const override { return shape_; }
  void Invoke(Invocation call, Reply reply) override;
  base::Executor* home() const override;
  std::string_view site() const override { return site_; }
  GoneReason gone() const override;

 private:
  ~NativeFunction() override = default;
  void Dispose() override;

  Module& module_;
  const ShapeRef shape_;
  const Bound code_;
  const std::string site_;
};

// A method read like a property: a function that calls it on its object. Made by BoundMethods.
class BoundMethod final : public Object {
 public:
  BoundMethod(ObjectRef self, const MemberTable& table, int member);

  ShapeRef shape() const override { return shape_; }
  void Invoke(Invocation call, Reply reply) override;
  base::Executor* home() const override { return self_->home(); }
  GoneReason gone() const override { return self_->gone(); }
  const void* type_tag() const override;
  bool Same(const Object& other) const override;

  const Object& self() const { return *self_; }
  const MemberTable& table() const { return table_; }
  int member() const { return member_; }

 private:
  ~BoundMethod() override = default;
  void Dispose() override;

  const ObjectRef self_;
  const MemberTable& table_;  // of self_'s class or module, which self_ keeps
  const int member_;
  const ShapeRef shape_;
};

// An object of which there is one: a module's exports, a class' constructor with its static
// members. It belongs to the module.
class StaticObject final : public Object {
 public:
  StaticObject(Module& module, ObjectKind kind, std::string name);

  MemberTable& members() { return members_; }
  const MemberTable& members() const { return members_; }
  // What OP_NEW runs. Throws an Exception the second time, and once the module is sealed.
  void set_construct(BoundMember construct);
  // See MemberTable::DropCode.
  void DropCode();
  bool constructible() const { return static_cast<bool>(construct_); }
  // True while somebody refers to it besides the module, which does so `by_module` times.
  bool held_outside(uint32_t by_module) const { return ref_count() > by_module; }

  ShapeRef shape() const override { return members_.shape(); }
  void Invoke(Invocation call, Reply reply) override;
  base::Executor* home() const override;
  GoneReason gone() const override;

 private:
  ~StaticObject() override = default;

  Module& module_;
  MemberTable members_;
  Bound construct_;
};

}  // namespace hawser::internal

#endif  // HAWSER_NATIVE_FUNCTION_H_
