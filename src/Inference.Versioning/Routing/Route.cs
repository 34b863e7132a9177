using Inference.Versioning.Canary;
using Inference.Versioning.Leasing;
using Inference.Versioning.Shadow;

namespace Inference.Versioning.Routing;

/// <summary>The version a call goes to, and who hears of its outcome.</summary>
internal readonly record struct Route(VersionSlot Slot, string Kind, CanaryTrial? Trial, bool IsCanary, ShadowLane? Shadow);
