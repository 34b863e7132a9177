using System.Globalization;

namespace Inference.Operators.ControlFlow;

/// <summary>
/// Runs the body while fewer than M iterations ran and its condition holds; carries values from iteration to iteration and stacks the body's other outputs.
/// Source: ONNX Loop, opsets 1 to 25.
/// </summary>
internal sealed class Loop : Operator
{
    private const string SymbolPrefix = "loop carried ";
    private readonly ModelGraph _body;
    private readonly int _carried;
    private readonly string _symbols;

    // Which carried values the body was found to give back with another rank, or with none that is known. Only ever set, which states less.
    private readonly bool[] _changesRank;

    public Loop(Node node)
    {
        _body = node.Attributes.Graph("body");
        _carried = Math.Max(0, node.Inputs.Count - 2);
        _changesRank = new bool[_carried];

        // Of this loop alone, as the body may see those of loops around it.
        _symbols = string.Create(CultureInfo.InvariantCulture, $"{SymbolPrefix}{node.SourceIndex} ");
        if (_body.Inputs.Count != _carried + 2 || _body.Outputs.Count < _carried + 1 || node.Outputs.Count > _body.Outputs.Count - 1)
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected a body with {_carried + 2} inputs and at least {Math.Max(_carried, node.Outputs.Count) + 1} outputs, got {_body.Inputs.Count} and {_body.Outputs.Count}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        var types = new ModelValueType?[_carried + 2];
        types[0] = ModelValueType.Tensor(ElementType.Int64, []);
        types[1] = ModelValueType.Tensor(ElementType.Bool, []);
        ModelValueType?[] results;
        do
        {
            for (int i = 0; i < _carried; i++)
            {
                types[i + 2] = Symbolic(context.InputValueType(i + 2), i);
            }

            results = context.InferSubgraph(_body, types);
        }
        while (FindChangedRanks(types, results));
        var invariant = new Dictionary<string, Dimension>(StringComparer.Ordinal);
        for (int i = 0; i < _carried; i++)
        {
            CollectInvariant(context.InputValueType(i + 2)?.Shape, types[i + 2]?.Shape, results[i + 1]?.Shape, invariant);
        }

        for (int i = 0; i < context.OutputCount; i++)
        {
            ModelValueType? result = Resolve(results[i + 1], invariant);
            ModelValueType? stated = i < _carried ? SubgraphTypes.Either(result, context.InputValueType(i + 2)) : SubgraphTypes.Stacked(result, Dimension.Unknown);
            if (stated is not null)
            {
                context.SetOutput(i, stated);
            }
        }
    }

    public override void Run(KernelContext context)
    {
        long limit = context.OptionalInput(0) is { } trip ? One(context, trip, 0, ElementType.Int64).Span<long>()[0] : long.MaxValue;
        bool going = context.OptionalInput(1) is not { } condition || One(context, condition, 1, ElementType.Bool).Span<bool>()[0];
        LoopMemory memory = context.Kept(static () => new LoopMemory());
        memory.Begin(_carried, _body.Outputs.Count);
        EngineValue?[] inputs = memory.Inputs;
        for (int i = 0; i < _carried; i++)
        {
            inputs[i + 2] = context.InputValue(i + 2);
        }

        bool ran = false;
        for (long i = 0; i < limit && going; i++)
        {
            context.ThrowIfCancelled();
            memory.Set(i, going);
            EngineValue?[] outputs = (i & 1) == 0 ? memory.Outputs : memory.OtherOutputs;
            context.RunSubgraphAgain(_body, inputs, outputs);
            ran = true;
            going = One(context, outputs[0] as Tensor ?? throw context.Error("the body's condition: expected a bool tensor, got none."), -1, ElementType.Bool).Span<bool>()[0];
            outputs.AsSpan(1, _carried).CopyTo(inputs.AsSpan(2));
            for (int k = 0; k < memory.Stacked.Length; k++)
            {
                if (context.HasOutput(_carried + k))
                {
                    memory.Stacked[k].Add(
                        context, outputs[1 + _carried + k] as Tensor ?? throw context.Error($"output {_carried + k}: expected tensors to stack, got {outputs[1 + _carried + k]}."), _carried + k);
                }
            }
        }

        for (int i = 0; i < context.OutputCount; i++)
        {
            if (!context.HasOutput(i))
            {
                continue;
            }

            if (i >= _carried)
            {
                memory.Stacked[i - _carried].Finish(context, _body.Outputs[i + 1].Described, i);
                continue;
            }

            EngineValue value = inputs[i + 2] ?? throw context.Error($"output {i}: expected a value carried by the loop, got none.");
            if (!ran && value is Tensor own)
            {
                // What came in is the caller's memory; outputs own theirs.
                own.CopyTo(context.Output(i, own.Type, own.Dims));
            }
            else
            {
                context.SetOutput(i, value);
            }
        }
    }

    private static Tensor One(KernelContext context, Tensor tensor, int input, ElementType type)
    {
        if (tensor.Count != 1 || tensor.Type != type)
        {
            throw context.Error($"{(input < 0 ? "the body's condition" : $"input {input}")}: expected one {type.Name()}, got {tensor}.");
        }

        return tensor;
    }

    // A body may change the shapes that it carries. Symbols of its own show which dimensions come through unchanged.
    private ModelValueType? Symbolic(ModelValueType? type, int index)
    {
        if (type is not { Kind: ModelValueKind.Tensor, Shape: { } shape })
        {
            return type;
        }

        if (Volatile.Read(ref _changesRank[index]))
        {
            return type with { Shape = null };
        }

        var symbols = new Dimension[shape.Count];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = Dimension.Named(string.Create(CultureInfo.InvariantCulture, $"{_symbols}{index} {i}"));
        }

        return type with { Shape = symbols };
    }

    // What the body was inferred with must hold in its later iterations too.
    private bool FindChangedRanks(ModelValueType?[] given, ModelValueType?[] results)
    {
        bool found = false;
        for (int i = 0; i < _carried; i++)
        {
            if (given[i + 2]?.Shape is { } shape && results[i + 1]?.Shape?.Count != shape.Count)
            {
                Volatile.Write(ref _changesRank[i], true);
                found = true;
            }
        }

        return found;
    }

    private static void CollectInvariant(IReadOnlyList<Dimension>? initial, IReadOnlyList<Dimension>? given, IReadOnlyList<Dimension>? result, Dictionary<string, Dimension> invariant)
    {
        if (initial is null || given is null || result is null || result.Count != given.Count)
        {
            return;
        }

        for (int i = 0; i < given.Count; i++)
        {
            if (given[i].Symbol is { } symbol && (result[i] == given[i] || (result[i].IsFixed && result[i] == initial[i])))
            {
                invariant[symbol] = initial[i];
            }
        }
    }

    private ModelValueType? Resolve(ModelValueType? type, Dictionary<string, Dimension> invariant)
    {
        if (type is not { Kind: ModelValueKind.Tensor, Shape: { } shape })
        {
            return type;
        }

        var resolved = new Dimension[shape.Count];
        for (int i = 0; i < resolved.Length; i++)
        {
            resolved[i] = shape[i].Symbol is { } symbol && symbol.StartsWith(_symbols, StringComparison.Ordinal)
                ? invariant.GetValueOrDefault(symbol)
                : shape[i];
        }

        return type with { Shape = resolved };
    }
}
