namespace Inference.Versioning;

/// <summary>The version a call goes to, and who hears of its outcome.</summary>
internal readonly record struct Route(VersionSlot Slot, string Kind, CanaryTrial? Trial, bool IsCanary, ShadowLane? Shadow);
