using Inference.Security;

namespace Inference.Caching.Units;

/// <summary>A call as the cache processes it.</summary>
/// <param name="Inputs">Its inputs; the caller's.</param>
/// <param name="Layout">Their layout.</param>
/// <param name="Units">Units in the call.</param>
/// <param name="Owner">The tenant of the call, and whom it is about.</param>
/// <param name="Seed">The seed of its keys: process, model, layout and tenant.</param>
internal readonly record struct UnitQuery(NamedValues Inputs, UnitLayout Layout, int Units, DataOwner Owner, UInt128 Seed);
