// Link, the objects in frames: the references of what is sent, and the objects of what is received.
//
// The invariant that makes release safe is kept here and by who calls it: see link_send.cc.

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "proto/link/defect.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {
namespace {

// Ways an object may have been handed out that are told apart in one session.
constexpr size_t kMaxVias = 4096;

}  // namespace

// Sent

uint32_t Link::ShapeNumber(const ShapeRef& shape, wire::Reference* reference) {
  auto [entry, added] =
      out_shape_numbers_.try_emplace(shape.get(), static_cast<uint32_t>(out_shapes_.size()));
  if (added) {
    out_shapes_.push_back(shape);
    reference->definition = shape;
  }
  return entry->second;
}

// How many of objects_scratch_ would get a handle.
size_t Link::CountUnexported() const {
  absl::flat_hash_set<const Object*> unexported;
  for (const Object* object : objects_scratch_) {
    const Proxy* proxy = Proxy::From(object);
    bool theirs = proxy != nullptr && proxy->endpoint().get() == endpoint_;
    if (!theirs && !exports_.HandleOf(object)) unexported.insert(object);
  }
  return unexported.size();
}

// Resolves objects_scratch_ into references_scratch_; entries_scratch_ collects the handles of ours
// among them.
absl::Status Link::ResolveReferences(Via via) {
  references_scratch_.clear();
  entries_scratch_.clear();
  if (objects_scratch_.empty()) return absl::OkStatus();
  // Counted only where it may matter: those that have a handle already take no more.
  if (exports_.size() + objects_scratch_.size() > limits_.handles &&
      exports_.size() + CountUnexported() > limits_.handles) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many handles exported to this session (limit ", limits_.handles, ")"));
  }
  auto now_s = static_cast<uint32_t>(absl::ToUnixSeconds(endpoint_->clock().WallNow()));
  for (Object* object : objects_scratch_) {
    wire::Reference& reference = references_scratch_.emplace_back();
    Proxy* proxy = Proxy::From(object);
    if (proxy != nullptr && proxy->endpoint().get() == endpoint_) {
      reference.yours = true;
      reference.handle = proxy->handle();
      continue;
    }
    ExportTable::Entry* entry = nullptr;
    if (std::optional<uint64_t> handle = exports_.HandleOf(object)) {
      reference.handle = *handle;
      entry = exports_.Find(*handle);
      reference.shape_number = entry->shape;
    } else {
      ShapeRef shape = object->shape();
      reference.shape_number = ShapeNumber(shape, &reference);
      reference.handle = exports_.Add(ObjectRef(object), reference.shape_number, now_s, via);
      endpoint_->OnExport(object, reference.handle);
    }
    reference.oid = endpoint_->OidOf(object, reference.handle);
    if (out_shapes_[reference.shape_number]->kind() == ObjectKind::kFunction) {
      reference.site = object->site();
      reference.constant = object->constant();
    }
    entries_scratch_.push_back(reference.handle);
  }
  return absl::OkStatus();
}

absl::Status Link::PrepareReferences(std::span<const Value> values, Via via) {
  objects_scratch_.clear();
  absl::Status status = wire::CollectObjects(values, &objects_scratch_);
  if (!status.ok()) return status;
  return ResolveReferences(via);
}

void Link::NoteReferences(uint64_t frame) {
  for (uint64_t handle : entries_scratch_) {
    if (ExportTable::Entry* entry = exports_.Find(handle)) {
      entry->last_frame = Planted(Defect::kCountPerSend) ? entry->last_frame + 1 : frame;
    }
  }
}

std::string Link::NameOf(const Shape& shape, int member, Op op) {
  std::string name =
      shape.name().empty() ? std::string(ObjectKindName(shape.kind())) : shape.name();
  if (member >= 0 && static_cast<size_t>(member) < shape.members().size())
    absl::StrAppend(&name, ".", shape.members()[static_cast<size_t>(member)].name);
  return op == Op::kNew ? absl::StrCat("new ", name) : name;
}

std::string Link::NameOf(const IncomingCall& call) {
  ShapeRef shape = call.shape_ ? call.shape_ : call.target_ ? call.target_->shape() : nullptr;
  if (!shape) return "an unknown object";
  if (call.member_ == Invocation::kSelf && !call.name_.empty()) {
    return absl::StrCat(NameOf(*shape, Invocation::kSelf, call.op_), ".", call.name_);
  }
  return NameOf(*shape, call.member_, call.op_);
}

Via Link::ViaOf(const IncomingCall& call) {
  ShapeRef shape = call.shape_ ? call.shape_ : call.target_ ? call.target_->shape() : nullptr;
  if (!shape) return 0;
  int member = call.member_;
  if (member == Invocation::kSelf && !call.name_.empty()) member = shape->Find(call.name_);
  // The root's members are few and its shape changes with each built-in: named, not numbered.
  if (member == Shape::kNotFound && !call.name_.empty()) member = Invocation::kSelf;
  // Shapes that change with each call must not fill the table.
  if (via_names_.size() >= kMaxVias) {
    auto known = vias_.find(ViaKey{shape.get(), member, call.op_});
    return known != vias_.end() ? known->second : 0;
  }
  auto [entry, added] =
      vias_.try_emplace(ViaKey{shape.get(), member, call.op_}, static_cast<Via>(via_names_.size()));
  if (added) {
    via_names_.push_back(NameOf(*shape, member, call.op_));
    via_shapes_.push_back(std::move(shape));
  }
  return entry->second;
}

// Received

absl::Status Link::RegisterReferences() {
  absl::Status first_error;
  for (const wire::Reference& reference : frame_.references) {
    absl::StatusOr<ObjectRef> object = RegisterReference(reference);
    if (!object.ok() && first_error.ok()) first_error = object.status();
    registered_.push_back(object.ok() ? *std::move(object) : ObjectRef());
  }
  return first_error;
}

absl::StatusOr<ObjectRef> Link::RegisterReference(const wire::Reference& reference) {
  if (reference.yours) {
    ExportTable::Entry* entry = exports_.Find(reference.handle);
    if (entry == nullptr) {
      return absl::NotFoundError(absl::StrCat("handle ", reference.handle,
                                              " was not given to this session, or is released"));
    }
    return entry->object;
  }
  if (reference.definition) {
    // Numbers rise without gaps; a repeat must not grow the table.
    if (reference.shape_number == in_shapes_.size() + 1) {
      in_shapes_.push_back(reference.definition);
    } else if (reference.shape_number == 0 || reference.shape_number > in_shapes_.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", reference.shape_number, " is defined out of turn"));
    }
  }
  if (Ref<Proxy> proxy = imports_.Find(reference.handle)) return ObjectRef(std::move(proxy));
  ShapeRef shape = reference.shape_number == 0 ? out_shapes_[0]
                   : reference.shape_number <= in_shapes_.size()
                       ? in_shapes_[reference.shape_number - 1]
                       : nullptr;
  if (!shape)
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", reference.shape_number, " was never defined"));
  auto proxy =
      Ref<Proxy>::Adopt(new Proxy(Ref<Endpoint>(endpoint_), reference.handle, reference.oid,
                                  std::move(shape), reference.site, reference.constant));
  imports_.Set(proxy.get());
  if (imports_.size() > limits_.imports) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many objects and callbacks handed over by this session (limit ",
                     limits_.imports, ")"));
  }
  return ObjectRef(std::move(proxy));
}

Ref<Proxy> Link::ImportRoot() {
  if (Ref<Proxy> root = imports_.Find(0)) return root;
  auto root =
      Ref<Proxy>::Adopt(new Proxy(Ref<Endpoint>(endpoint_), 0, 0, out_shapes_[0], "", Value()));
  imports_.Set(root.get());
  return root;
}

}  // namespace hawser::link
