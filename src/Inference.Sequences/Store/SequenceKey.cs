namespace Inference.Sequences.Store;

/// <summary>What tells sequences apart. Names are compared exactly.</summary>
internal readonly record struct SequenceKey(string? Tenant, string Id);
