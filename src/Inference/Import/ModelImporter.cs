using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Operators.Typed;

namespace Inference.Import;

/// <summary>Turns an ONNX model into the engine's graph: names resolved, functions expanded, operators made.</summary>
[Pattern("Constant", "Identity")]
internal sealed class ModelImporter
{
    // Functions of exporters call each other less than ten deep.
    internal const int MaxFunctionDepth = 64;

    // The largest exports have some ten thousand; each takes memory, and time of every pass over the graph.
    private const int MaxNodes = 2_000_000;

    // Calls of calls multiply: a small file can require any number of nodes this way, and each costs memory and time.
    private const int MaxExpandedNodes = 200_000;

    private readonly Dictionary<(string Domain, string Name, string Overload), OnnxFunction> _functions = [];
    private readonly Dictionary<string, long> _opsets = new(StringComparer.Ordinal);
    private readonly Dictionary<OnnxGraph, ImportScope> _scopes = [];
    private readonly NodeOrder _order = new();
    private readonly Dictionary<OnnxFunction, IReadOnlyList<OnnxNode>> _sorted = [];
    private int _functionDepth;
    private int _nodeCount;
    private readonly RunControl _control;
    private readonly OperatorTable _table;
    private int _expandedCount;

    private ModelImporter(OnnxModel model, RunControl control, OperatorTable table)
    {
        _table = table;
        _control = control;
        foreach (OnnxOperatorSet set in model.OperatorSets)
        {
            string domain = Canonical(set.Domain);
            _opsets[domain] = Math.Max(set.Version, _opsets.GetValueOrDefault(domain));
        }

        foreach (OnnxFunction function in model.Functions)
        {
            _functions.TryAdd((Canonical(function.Domain), function.Name, function.Overload), function);
        }
    }

    /// <summary>Imports a model. Nodes of operators that the table does not have are there as <see cref="OpaqueOperator"/>; see <see cref="ImportedModel.RequireKnown"/>.</summary>
    /// <param name="model">The file's model; constants refer to its memory.</param>
    /// <param name="bindDefaults">Whether inputs with a default become constants (they do up to IR 3, where every initializer is listed as an input).</param>
    /// <param name="control">What can stop it, and counts it; null: nothing.</param>
    /// <param name="table">The operators; null: the engine's.</param>
    /// <exception cref="ModelLoadException">The model breaks the rules of ONNX.</exception>
    public static ImportedModel Import(OnnxModel model, bool bindDefaults = true, RunControl? control = null, OperatorTable? table = null)
    {
        control?.CountImport();
        var importer = new ModelImporter(model, control ?? RunControl.None, table ?? StandardOperators.Table);
        var graph = new ModelGraph(model.Graph.Name);
        var defaults = new List<string>();
        var scope = new ImportScope(graph, null, isFunctionBody: false);
        importer.ImportGraph(model.Graph, scope, importer._opsets, null, bindDefaults || model.IrVersion < 4, model.IrVersion < 4 ? null : defaults);
        return new(graph, defaults, importer._scopes);
    }

    /// <summary>Whether a node of the file is a constant written as a node.</summary>
    public static bool IsConstant(string domain, string opType) => Canonical(domain).Length == 0 && opType == "Constant";

    internal static string Canonical(string domain) => domain == "ai.onnx" ? "" : domain;

    private void ImportGraph(
        OnnxGraph source, ImportScope scope, IReadOnlyDictionary<string, long> opsets, IReadOnlyDictionary<string, OnnxAttribute>? functionAttributes,
        bool bindDefaults, List<string>? defaults)
    {
        ModelGraph graph = scope.Graph;
        _scopes[source] = scope;
        var initializers = new Dictionary<string, Func<Tensor>>(StringComparer.Ordinal);
        foreach (OnnxTensor tensor in source.Initializers)
        {
            AddInitializer(tensor.Name, () => TensorImport.FromOnnx(tensor));
        }

        foreach (OnnxSparseTensor tensor in source.SparseInitializers)
        {
            AddInitializer(tensor.Name, () => TensorImport.FromOnnx(tensor));
        }

        foreach (OnnxValueInfo input in source.Inputs)
        {
            // Every call is checked against the declared inputs of the model; the declarations of a subgraph are only claims.
            ModelValueType? type = TypeImport.FromOnnx(input.Type);
            var value = new Value(input.Name) { Type = scope.IsModel ? type : null, Declared = type };
            if (initializers.Remove(input.Name, out Func<Tensor>? initial))
            {
                defaults?.Add(input.Name);
                if (bindDefaults)
                {
                    SetConstant(value, initial());
                    scope.Define(value, input.Name);
                    continue;
                }

                // The default is not checked at the call.
                value.Type = type is not null && Fits(initial(), type) ? type : null;
            }

            scope.Define(value, input.Name);
            graph.Inputs.Add(value);
        }

        foreach ((string name, Func<Tensor> make) in initializers)
        {
            var value = new Value(name);
            SetConstant(value, make());
            scope.Define(value, name);
        }

        var declared = new Dictionary<string, ModelValueType>(StringComparer.Ordinal);
        foreach (OnnxValueInfo info in source.ValueInfos.Concat(source.Outputs))
        {
            if (TypeImport.FromOnnx(info.Type) is { } type)
            {
                declared[info.Name] = type;
            }
        }

        foreach (OnnxNode node in _order.Sort(source.Nodes, source.Name))
        {
            ImportNode(node, scope, opsets, functionAttributes, declared);
        }

        foreach (OnnxValueInfo output in source.Outputs)
        {
            graph.Outputs.Add(scope.Find(output.Name)
                ?? throw new ModelLoadException($"Graph '{source.Name}': output '{output.Name}' is not produced by any node. The model is not valid."));
        }

        void AddInitializer(string name, Func<Tensor> make)
        {
            if (!initializers.TryAdd(name, make))
            {
                throw new ModelLoadException($"Graph '{source.Name}': expected each initializer once, but '{name}' occurs twice. The model is not valid.");
            }
        }
    }

    private static bool Fits(Tensor tensor, ModelValueType type)
    {
        bool fits = type.Kind == ModelValueKind.Tensor && type.ElementType == tensor.Type && (type.Shape is null || type.Shape.Count == tensor.Rank);
        for (int i = 0; fits && type.Shape is not null && i < tensor.Rank; i++)
        {
            fits = type.Shape[i].Size is not { } size || size == tensor.Dims[i];
        }

        return fits;
    }

    private static void SetConstant(Value value, Tensor tensor)
    {
        value.Constant = tensor;
        value.Type = ModelValueType.Tensor(tensor.Type, ShapeMath.ToDimensions(tensor.Dims));
        value.ShapeData = ShapeMath.DataOf(tensor);
    }

    private void ImportNode(
        OnnxNode source, ImportScope scope, IReadOnlyDictionary<string, long> opsets, IReadOnlyDictionary<string, OnnxAttribute>? functionAttributes,
        IReadOnlyDictionary<string, ModelValueType> declared)
    {
        if (_functionDepth > 0 && ++_expandedCount > MaxExpandedNodes)
        {
            throw new ModelLoadException($"Node '{source.Name}' ({source.OpType}): the model's functions expand to more than {MaxExpandedNodes} nodes, the limit. Call them less often, or inline them in the graph.");
        }

        if (++_nodeCount > MaxNodes)
        {
            throw new ModelLoadException($"The model has more than {MaxNodes} nodes, the limit, with its functions expanded.");
        }

        _control.ThrowIfStopped();
        string domain = Canonical(source.Domain);
        if (_functions.TryGetValue((domain, source.OpType, source.Overload), out OnnxFunction? function))
        {
            ExpandFunction(function, source, scope, functionAttributes, opsets);
            return;
        }

        if (!opsets.TryGetValue(domain, out long opset))
        {
            // Tools import only the domains of the main graph; an operator of another domain then has that domain's first version.
            opset = domain.Length == 0 ? throw new ModelLoadException($"Node '{source.Name}' ({source.OpType}): the model imports no opset for the standard domain. The model is not valid.") : 1;
        }

        var node = new Node(source.Name, domain, source.OpType, opset) { SourceIndex = _nodeCount - 1 };
        ImportAttributes(source, node, scope, opsets, functionAttributes);
        foreach (string input in source.Inputs)
        {
            node.Inputs.Add(input.Length == 0 ? null : scope.Find(input)
                ?? throw new ModelLoadException($"{node.Describe()}: input '{input}' is not produced by any node, input or initializer. The model is not valid."));
        }

        foreach (string output in source.Outputs)
        {
            if (output.Length == 0)
            {
                node.Outputs.Add(null);
                continue;
            }

            var value = new Value(output) { Producer = node, Declared = declared.GetValueOrDefault(output) };
            scope.Define(value, output);
            node.Outputs.Add(value);
        }

        Finish(node, scope.Graph);
    }

    private void Finish(Node node, ModelGraph graph)
    {
        if (IsConstant(node.Domain, node.OpType) && node.Attributes.Tensor("value") is { } constant && node.Outputs is [{ } made])
        {
            SetConstant(made, constant);
            made.Producer = null;
            return;
        }

        if (node.Domain == Domains.Fused || !_table.TryFind(node.Domain, node.OpType, node.Opset, out OperatorEntry? entry) || !_table.Has(entry))
        {
            node.Operator = new OpaqueOperator();
            graph.Nodes.Add(node);
            return;
        }

        if (entry.Traits.SpecifiedInputs is { } most && (node.Inputs.Count > most || node.Attributes.Contains(FusedActivation.Attribute)))
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected at most {most} inputs and no attribute '{FusedActivation.Attribute}', got {node.Inputs.Count} inputs{(node.Attributes.Contains(FusedActivation.Attribute) ? " and the attribute" : "")}. Use the fused operator of com.microsoft.");
        }

        try
        {
            node.Operator = entry.Make(node, _table);
        }
        catch (InferenceException exception)
        {
            throw new ModelLoadException(node.Explain(exception.Message), exception);
        }

        graph.Nodes.Add(node);
    }

    private void ImportAttributes(
        OnnxNode source, Node node, ImportScope scope, IReadOnlyDictionary<string, long> opsets, IReadOnlyDictionary<string, OnnxAttribute>? functionAttributes)
    {
        foreach (OnnxAttribute own in source.Attributes)
        {
            OnnxAttribute? attribute = own;
            if (own.RefAttributeName.Length > 0)
            {
                // If the caller omits the referenced attribute, this one is omitted too.
                if (functionAttributes is null || !functionAttributes.TryGetValue(own.RefAttributeName, out attribute))
                {
                    continue;
                }
            }

            if (AttributeImport.FromOnnx(attribute, g => ImportInner(g, scope, opsets, functionAttributes)) is { } value)
            {
                node.Attributes.Set(own.Name, value);
            }
        }
    }

    private ModelGraph ImportInner(OnnxGraph source, ImportScope scope, IReadOnlyDictionary<string, long> opsets, IReadOnlyDictionary<string, OnnxAttribute>? functionAttributes)
    {
        var inner = new ModelGraph(source.Name);
        ImportGraph(source, new ImportScope(inner, scope, isFunctionBody: false), opsets, functionAttributes, bindDefaults: true, defaults: null);
        return inner;
    }

    private void ExpandFunction(
        OnnxFunction function, OnnxNode call, ImportScope scope, IReadOnlyDictionary<string, OnnxAttribute>? callerAttributes, IReadOnlyDictionary<string, long> callerOpsets)
    {
        if (++_functionDepth > MaxFunctionDepth)
        {
            throw new ModelLoadException($"Function '{function.Name}': function calls are nested more than {MaxFunctionDepth} deep; a function must not call itself. The model is not valid.");
        }

        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        foreach (OnnxAttribute attribute in function.Attributes)
        {
            attributes[attribute.Name] = attribute;
        }

        foreach (OnnxAttribute attribute in call.Attributes)
        {
            if (attribute.RefAttributeName.Length == 0)
            {
                attributes[attribute.Name] = attribute;
            }
            else if (callerAttributes is not null && callerAttributes.TryGetValue(attribute.RefAttributeName, out OnnxAttribute? passed))
            {
                attributes[attribute.Name] = passed;
            }
            else
            {
                attributes.Remove(attribute.Name);
            }
        }

        var opsets = new Dictionary<string, long>(callerOpsets, StringComparer.Ordinal);
        foreach (OnnxOperatorSet set in function.OperatorSets)
        {
            opsets[Canonical(set.Domain)] = set.Version;
        }

        var body = new ImportScope(scope.Graph, null, isFunctionBody: true);
        if (call.Inputs.Count > function.Inputs.Count)
        {
            throw new ModelLoadException($"Function '{function.Name}': expected at most {function.Inputs.Count} inputs, got {call.Inputs.Count}. The model is not valid.");
        }

        for (int i = 0; i < call.Inputs.Count; i++)
        {
            if (call.Inputs[i].Length > 0)
            {
                body.Define(scope.Find(call.Inputs[i])
                    ?? throw new ModelLoadException($"Function call '{call.Name}' ({call.OpType}): input '{call.Inputs[i]}' is not produced by any node. The model is not valid."), function.Inputs[i]);
            }
        }

        var omitted = new HashSet<string>(function.Inputs.Skip(call.Inputs.Count).Concat(call.Inputs.Select((n, i) => n.Length == 0 ? function.Inputs[i] : "")), StringComparer.Ordinal);
        var declared = new Dictionary<string, ModelValueType>(StringComparer.Ordinal);
        foreach (OnnxNode node in Sorted(function))
        {
            OnnxNode effective = omitted.Count > 0 && node.Inputs.Any(omitted.Contains) ? WithoutInputs(node, omitted) : node;
            ImportNode(effective, body, opsets, attributes, declared);
        }

        var taken = new HashSet<Value>(call.Inputs.Where(n => n.Length > 0).Select(n => scope.Find(n)!));
        for (int i = 0; i < call.Outputs.Count; i++)
        {
            if (call.Outputs[i].Length == 0)
            {
                continue;
            }

            if (i >= function.Outputs.Count || body.Find(function.Outputs[i]) is not { } value)
            {
                throw new ModelLoadException($"Function '{function.Name}': output {i} of the call '{call.Name}' is not produced by any node. The model is not valid.");
            }

            // Each output is a separate value, so that a provider that takes the call produces only it.
            if (!taken.Add(value))
            {
                var copy = new Node(call.Name, "", "Identity", opsets.GetValueOrDefault("", 1)) { SourceIndex = _nodeCount - 1 };
                copy.Inputs.Add(value);
                copy.Outputs.Add(value = new Value(call.Outputs[i]) { Producer = copy });
                Finish(copy, scope.Graph);
            }

            scope.Define(value, call.Outputs[i]);
        }

        _functionDepth--;
    }

    // A function's body is the same in each of its calls.
    private IReadOnlyList<OnnxNode> Sorted(OnnxFunction function)
    {
        if (!_sorted.TryGetValue(function, out IReadOnlyList<OnnxNode>? nodes))
        {
            _sorted.Add(function, nodes = _order.Sort(function.Nodes, function.Name));
        }

        return nodes;
    }

    private static OnnxNode WithoutInputs(OnnxNode node, HashSet<string> omitted)
    {
        var copy = new OnnxNode(node.OpType, [.. node.Inputs.Select(i => omitted.Contains(i) ? "" : i)], [.. node.Outputs], node.Domain, node.Name) { Overload = node.Overload };
        copy.Attributes.AddRange(node.Attributes);
        return copy;
    }
}
