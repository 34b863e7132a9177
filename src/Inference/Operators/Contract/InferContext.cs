namespace Inference.Operators.Contract;

/// <summary>What is known of a node's inputs, and where its outputs' types and shapes are stated.</summary>
internal abstract class InferContext
{
    public abstract Node Node { get; }

    /// <summary>The letters of shape rules, while the inputs are checked.</summary>
    public ShapeBindings Bindings { get; } = new();

    public abstract int InputCount { get; }

    public abstract int OutputCount { get; }

    public abstract bool HasInput(int index);

    public bool HasOutput(int index) => index < OutputCount && Node.HasOutput(index);

    /// <summary>Declared or inferred type of an input; null where nothing is known or it is left out.</summary>
    public abstract ModelValueType? InputValueType(int index);

    /// <summary>Element type of a tensor input; undefined where it is not known.</summary>
    public ElementType InputType(int index) => InputValueType(index)?.ElementType ?? ElementType.Undefined;

    /// <summary>Shape of a tensor input; null where the rank is not known.</summary>
    public Dimension[]? InputShape(int index) => InputValueType(index)?.Shape is { } shape ? (shape as Dimension[] ?? [.. shape]) : null;

    /// <summary>The contents of an input where they are known; null otherwise.</summary>
    public abstract Tensor? InputConstant(int index);

    /// <summary>Elements of a small integer input as far as they are known; null when nothing is. Covers constants.</summary>
    public abstract Dimension[]? InputShapeData(int index);

    /// <summary>The value itself at run time (sequences, optionals, maps included); null before.</summary>
    public virtual EngineValue? InputValue(int index) => InputConstant(index);

    public abstract void SetOutput(int index, ModelValueType type);

    /// <summary>States a tensor output; a null shape where not even the rank is known.</summary>
    public void SetOutput(int index, ElementType type, Dimension[]? shape)
    {
        if (index < OutputCount)
        {
            SetOutput(index, ModelValueType.Tensor(type, shape));
        }
    }

    /// <summary>States what is known of the elements of a small integer output.</summary>
    public abstract void SetOutputShapeData(int index, Dimension[] data);

    /// <summary>Infers the types inside an inner graph of the node, given its inputs' types; returns its outputs' types (null where not known).</summary>
    public abstract ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes);

    /// <summary>An error in this node: <paramref name="message"/> says what was expected and what came.</summary>
    public ModelLoadException Error(string message) => new($"{Node.Describe()}: {message}");
}
