using Inference.Versioning.Canary;
using Inference.Versioning.Leasing;
using Inference.Versioning.Shadow;

namespace Inference.Versioning.Routing;

/// <summary>The version that a call is routed to, and the trial or test that counts its outcome.</summary>
internal readonly record struct Route(VersionSlot Slot, string Kind, CanaryTrial? Trial, bool IsCanary, ShadowLane? Shadow, RunArm? Arm = null);
