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

// Whether objects_scratch_ stays within the limits. Counted only where that may be in doubt: objects
// that have a handle take no more, nor do shapes the peer knows.
absl::Status Link::CheckExportLimits() const {
  size_t most = objects_scratch_.size();
  if (exports_.size() + most <= limits_.handles && out_shapes_.size() + most <= limits_.shapes)
    return absl::OkStatus();
  absl::flat_hash_set<const Object*> unexported;
  size_t unknown_shapes = 0;
  for (const Object* object : objects_scratch_) {
    const Proxy* proxy = Proxy::From(object);
    bool theirs = proxy != nullptr && proxy->endpoint().get() == endpoint_;
    if (theirs || exports_.HandleOf(object) || !unexported.insert(object).second) continue;
    if (!out_shapes_.NumberOf(*object->shape())) ++unknown_shapes;
  }
  if (exports_.size() + unexported.size() > limits_.handles) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many handles exported to this session (limit ", limits_.handles, ")"));
  }
  if (out_shapes_.size() + unknown_shapes > limits_.shapes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "too many different shapes exported to this session (limit ", limits_.shapes, ")"));
  }
  return absl::OkStatus();
}

// Resolves objects_scratch_ into references_scratch_; entries_scratch_ collects the handles of ours
// among them.
absl::Status Link::ResolveReferences(Via via) {
  references_scratch_.clear();
  entries_scratch_.clear();
  if (objects_scratch_.empty()) return absl::OkStatus();
  if (absl::Status status = CheckExportLimits(); !status.ok()) return status;
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
      if (std::optional<uint32_t> known = out_shapes_.NumberOf(*shape)) {
        reference.shape_number = *known;
      } else {
        reference.shape_number = out_shapes_.Add(shape);
        reference.definition = std::move(shape);
      }
      reference.handle = exports_.Add(ObjectRef(object), reference.shape_number, now_s, via);
      endpoint_->OnExport(object, reference.handle);
    }
    reference.oid = endpoint_->OidOf(object, reference.handle);
    if (out_shapes_.At(reference.shape_number)->kind() == ObjectKind::kFunction) {
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
  absl::Status shaped = RegisterShape(reference);
  if (Ref<Proxy> proxy = imports_.Find(reference.handle)) {
    if (!shaped.ok()) return shaped;
    return ObjectRef(std::move(proxy));
  }
  // One that is refused gets its proxy all the same, so that its handle is released.
  uint32_t number = shaped.ok() ? reference.shape_number : 0;
  auto proxy =
      Ref<Proxy>::Adopt(new Proxy(Ref<Endpoint>(endpoint_), reference.handle, reference.oid,
                                  in_shapes_.At(number), reference.site, reference.constant));
  imports_.Set(proxy.get());
  if (!shaped.ok()) return shaped;
  if (imports_.size() > limits_.imports) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many objects and callbacks handed over by this session (limit ",
                     limits_.imports, ")"));
  }
  return ObjectRef(std::move(proxy));
}

absl::Status Link::RegisterShape(const wire::Reference& reference) {
  uint32_t number = reference.shape_number;
  if (!reference.definition) {
    if (number <= in_shapes_.size()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("shape ", number, " was never defined"));
  }
  // A repeat must not grow the table.
  if (number != 0 && number <= in_shapes_.size()) return absl::OkStatus();
  if (in_shapes_.size() >= limits_.shapes || in_shapes_.bytes() > limits_.shape_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many different shapes handed over by this session (limits ",
                     limits_.shapes, ", ", limits_.shape_bytes, " bytes)"));
  }
  if (number != in_shapes_.size() + 1)
    return absl::InvalidArgumentError(absl::StrCat("shape ", number, " is defined out of turn"));
  in_shapes_.Add(reference.definition);
  return absl::OkStatus();
}

Ref<Proxy> Link::ImportRoot() {
  if (Ref<Proxy> root = imports_.Find(0)) return root;
  auto root =
      Ref<Proxy>::Adopt(new Proxy(Ref<Endpoint>(endpoint_), 0, 0, out_shapes_.At(0), "", Value()));
  imports_.Set(root.get());
  return root;
}

}  // namespace hawser::link
