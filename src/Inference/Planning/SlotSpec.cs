namespace Inference.Planning;

/// <summary>One slot of a plan.</summary>
/// <param name="Name">The value's name, for messages.</param>
/// <param name="Kind">Where the value lives.</param>
/// <param name="Type">Element type of a tensor of fixed shape.</param>
/// <param name="Dims">The fixed shape; null for dynamic values.</param>
/// <param name="Constant">The constant.</param>
/// <param name="Offset">Byte offset in the arena.</param>
/// <param name="RootSlot">For inputs, outputs: the slot whose address this one shares; itself where it has its own.</param>
internal sealed record SlotSpec(string Name, SlotKind Kind, ElementType Type, long[]? Dims, Tensor? Constant, long Offset, int RootSlot);
