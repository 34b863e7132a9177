namespace Inference.Planning;

/// <summary>A value while a plan is built: what is known of it for these input shapes, and where it will live.</summary>
internal sealed class PlanValue(string name)
{
    public string Name => name;

    public ModelValueType? Type { get; set; }

    /// <summary>The shape in numbers; null where it is not fixed or the value is no tensor.</summary>
    public long[]? Dims { get; set; }

    public Tensor? Constant { get; set; }

    public Dimension[]? ShapeData { get; set; }

    /// <summary>The step that makes it; null for inputs and constants.</summary>
    public PlanNode? Producer { get; set; }

    /// <summary>Position among the plan's inputs; −1 for other values.</summary>
    public int InputIndex { get; init; } = -1;

    /// <summary>Index of the slot; −1 until assigned.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>The value whose memory this one is a view of or is written over; itself where it has memory of its own.</summary>
    public PlanValue Root
    {
        get
        {
            PlanValue root = this;
            while (root.SharesWith is { } next)
            {
                root = next;
            }

            // Views of views: paths are shortened, so that long chains cost no more than short ones.
            for (PlanValue value = this; value.SharesWith is { } next && next != root; value = next)
            {
                value.SharesWith = root;
            }

            return root;
        }
    }

    public PlanValue? SharesWith { get; set; }

    public bool IsStatic => Dims is not null && Type is { Kind: ModelValueKind.Tensor, ElementType: not (ElementType.Undefined or ElementType.String) };

    public override string ToString() => $"{Name}: {Type}";
}
