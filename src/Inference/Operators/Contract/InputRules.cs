namespace Inference.Operators.Contract;

/// <summary>
/// What the inputs of an operator must be, so that its kernel's reads and writes stay in bounds: how many, of which kinds, element types and shapes. An input without
/// a rule is refused at load, so that no kernel can read one. Types and shapes are checked whenever the outputs' are stated: at load as far as they are known, when a plan is
/// prepared, and, where shapes depend on data, before the kernel. Immutable; thread-safe.
/// </summary>
/// <remarks>Written as text in the operator's row, one word an input; see <see cref="InputRuleParser"/>.</remarks>
internal sealed class InputRules
{
    private readonly string _text;
    private InputRule[]? _rules;

    private InputRules(string text)
    {
        _text = text;
        IsVariadic = text.EndsWith("...", StringComparison.Ordinal);
    }

    /// <summary>Any number of values of any kind: for operators whose inputs are passed on unread.</summary>
    public static InputRules Unread { get; } = new("value?:value...");

    /// <summary>Whether the last rule holds for any number of inputs.</summary>
    public bool IsVariadic { get; }

    /// <summary>The rules, by input.</summary>
    public IReadOnlyList<InputRule> Rules => _rules ??= InputRuleParser.Parse(_text);

    public static implicit operator InputRules(string text) => new(text);

    /// <summary>Checks how many inputs a node has, and that those that are required are there.</summary>
    /// <exception cref="ModelLoadException">It has too few or too many.</exception>
    public void CheckCount(Node node)
    {
        IReadOnlyList<InputRule> rules = Rules;
        for (int i = 0; i < rules.Count; i++)
        {
            if (!rules[i].IsOptional && !node.HasInput(i))
            {
                throw new ModelLoadException($"{node.Describe()}: expected input {i} ({rules[i].Name}), but it is omitted. The model violates the operator's specification.");
            }
        }

        // Names of inputs left out may stand at the end.
        int count = node.Inputs.Count;
        while (count > 0 && node.Inputs[count - 1] is null)
        {
            count--;
        }

        for (int i = rules.Count; IsVariadic && !rules[^1].IsOptional && i < count; i++)
        {
            if (!node.HasInput(i))
            {
                throw new ModelLoadException($"{node.Describe()}: expected input {i} ({rules[^1].Name}), but it is omitted before later ones. The model violates the operator's specification.");
            }
        }

        if (count > rules.Count && !IsVariadic)
        {
            throw new ModelLoadException($"{node.Describe()}: expected at most {rules.Count} inputs, got {count}. The model violates the operator's specification.");
        }
    }

    /// <summary>Checks kinds, element types and shapes as far as they are known.</summary>
    /// <exception cref="ModelLoadException">An input breaks its rule.</exception>
    public void Check(InferContext context)
    {
        IReadOnlyList<InputRule> rules = Rules;
        context.Bindings.Clear();
        int count = IsVariadic ? context.InputCount : Math.Min(context.InputCount, rules.Count);
        for (int i = 0; i < count; i++)
        {
            ModelValueType? type = context.HasInput(i) ? context.InputValueType(i) : null;
            if (type is null)
            {
                continue;
            }

            InputRule rule = rules[Math.Min(i, rules.Count - 1)];
            if (!rule.Kinds.Contains(type.Kind))
            {
                throw context.Error($"input {i} ({rule.Name}): expected {string.Join(" or ", rule.Kinds)}, got {type}.");
            }

            if (type.Kind == ModelValueKind.Tensor)
            {
                CheckType(context, i, rule, type.ElementType, rules);
                CheckShape(context, i, rule, context.Bindings);
            }
        }
    }

    public override string ToString() => _text;

    private static void CheckType(InferContext context, int index, InputRule rule, ElementType type, IReadOnlyList<InputRule> rules)
    {
        if (type == ElementType.Undefined)
        {
            return;
        }

        if (rule.Types is { } allowed && !allowed.Contains(type))
        {
            throw context.Error($"input {index} ({rule.Name}): expected one of {allowed}, got {type.Name()}. Cast the input.");
        }

        if (rule.TypeVariable is null)
        {
            return;
        }

        // The first input of this letter whose type is known: this one at the latest.
        int first = 0;
        while (rules[Math.Min(first, rules.Count - 1)].TypeVariable != rule.TypeVariable || !context.HasInput(first) || context.InputType(first) == ElementType.Undefined)
        {
            first++;
        }

        ElementType known = context.InputType(first);
        if (known != type)
        {
            throw context.Error($"input {index} ({rule.Name}): expected {known.Name()}, the type of input {first}, got {type.Name()}. Cast one of them.");
        }
    }

    private static void CheckShape(InferContext context, int index, InputRule rule, ShapeBindings bindings)
    {
        if (context.InputShape(index) is not { } shape)
        {
            return;
        }

        if (shape.Length > ShapeMath.MaxRank)
        {
            throw context.Error($"input {index} ({rule.Name}): expected a rank of at most {ShapeMath.MaxRank}, got {shape.Length}.");
        }

        if (rule.Shapes.Count == 0)
        {
            return;
        }

        foreach (ShapePattern pattern in rule.Shapes)
        {
            if (pattern.Matches(shape, bindings))
            {
                return;
            }
        }

        string known = bindings.ToString();
        throw context.Error($"input {index} ({rule.Name}): expected shape {string.Join(" or ", rule.Shapes)}{(known.Length > 0 ? $" with {known}" : "")}, got [{string.Join(",", shape)}].");
    }
}
