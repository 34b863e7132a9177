namespace Inference.Operators.Contract;

/// <summary>
/// What rewrites, planning and placement may know of an operator beside its outputs. It stands on the operator's row, and they ask for it: none of them lists operators.
/// What is not stated does not hold.
/// </summary>
internal sealed record OperatorTraits
{
    /// <summary>Nothing is known.</summary>
    public static readonly OperatorTraits None = new();

    /// <summary>Each element of the output is a function of the elements that broadcasting pairs.</summary>
    public static readonly OperatorTraits Elementwise = new() { Widens = true, Layout = ElementwiseLayout.All };

    /// <summary>As <see cref="Elementwise"/>, and models calculate shapes with it.</summary>
    public static readonly OperatorTraits Arithmetic = Elementwise with { Lightness = Lightness.OnShapes };

    /// <summary>As <see cref="Elementwise"/>, of other types than the inputs', or not of floating-point numbers.</summary>
    public static readonly OperatorTraits Compares = new() { Layout = ElementwiseLayout.All };

    /// <summary>Computes with floating-point numbers, all of one type.</summary>
    public static readonly OperatorTraits Floating = new() { Widens = true };

    /// <summary>Elements of input 0 in another order or shape.</summary>
    public static readonly OperatorTraits Moving = new() { Widens = true, Moves = true };

    /// <summary>Whether it is the same function in f32 throughout as in float16 or bfloat16, but for rounding: floating-point inputs and outputs are of one type.</summary>
    public bool Widens { get; init; }

    /// <summary>The input that holds the weights of a product or convolution; −1 for none.</summary>
    public int Weights { get; init; } = -1;

    /// <summary>How many inputs the specification has, where rewrites add others, and an activation; null where they do not. Files have no more.</summary>
    public int? SpecifiedInputs { get; init; }

    /// <summary>How it is computed on tensors with channels last; null where it is not.</summary>
    public LayoutRule? Layout { get; init; }

    /// <summary>The function of one element that it is; null where it is none.</summary>
    public UnaryTrait? Unary { get; init; }

    /// <summary>The function that recurrent cells know under the operator's name, as their specification lists it; null where it does not.</summary>
    public UnaryTrait? Cell { get; init; }

    /// <summary>Whether each element of the output is one of input 0, whatever the values, and there are no more of them: a function of one element may come before it or after.</summary>
    public bool Moves { get; init; }

    /// <summary>Whether each element of output 0 is one of input 0, by the order of their values: a function that keeps the order may come before it or after.</summary>
    public bool Selects { get; init; }

    /// <summary>Inputs whose contents decide shapes or branches: plans are made for them.</summary>
    public Range? Deciding { get; init; }

    /// <summary>Whether no contents of inputs are read, their shapes alone.</summary>
    public bool ReadsShapes { get; init; }

    /// <summary>When it is cheaper to do it again than to keep its result.</summary>
    public Lightness Lightness { get; init; }

    /// <summary>Whether it decodes images: a table has it where it has a decoder.</summary>
    public bool NeedsImages { get; init; }

    /// <summary>Whether a node draws random numbers when another provider runs it, where a seed fixes no more than the sequence of draws; null: it never does.</summary>
    public Func<Node, bool>? Draws { get; init; }

    /// <summary>Whether a node hands input 0 on as it is; null: it never does.</summary>
    public Func<Node, bool>? HandsOn { get; init; }

    /// <summary>What an operator of one element has by being that.</summary>
    /// <param name="unary">The function.</param>
    /// <param name="cell">The function as recurrent cells know it.</param>
    public static OperatorTraits Of(UnaryTrait unary, UnaryTrait? cell = null) => new() { Widens = true, Layout = ElementwiseLayout.First, Unary = unary, Cell = cell };

    /// <summary>Whether the contents of an input decide a shape or a branch.</summary>
    public bool Decides(int input) => Deciding is { } range && input >= range.Start.Value && (range.End.IsFromEnd || input < range.End.Value);
}
