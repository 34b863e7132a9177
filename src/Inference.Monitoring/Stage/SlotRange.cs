namespace Inference.Monitoring.Stage;

/// <summary>The fewest and the most rows of some slots.</summary>
/// <param name="Least">The fewest.</param>
/// <param name="Most">The most.</param>
/// <param name="Slots">The number of slots; 0: no bounds are known.</param>
internal readonly record struct SlotRange(long Least, long Most, int Slots)
{
    /// <summary>The range of these slots and others.</summary>
    public SlotRange With(SlotRange other) => Slots == 0 ? other : other.Slots == 0 ? this
        : new SlotRange(Math.Min(Least, other.Least), Math.Max(Most, other.Most), Slots + other.Slots);
}
