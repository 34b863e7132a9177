namespace Inference.Planning;

/// <summary>Builds plans: fixed shapes, live nodes only, memory placed, kernels prepared.</summary>
internal sealed class PlanBuilder(string modelName, ModelGraph graph, SharedConstants shared, int threads, RunControl control)
{
    /// <summary>Builds the plan for inputs of these types.</summary>
    /// <param name="inputs">The graph's inputs and then its captures; types with fixed shapes, constants where the plan is made for a value.</param>
    /// <param name="outerConstants">Outer values that are constants of the outer plan.</param>
    /// <exception cref="InferenceException">The shapes break an operator's rules.</exception>
    public Plan Build(ReadOnlySpan<PlanInput> inputs, IReadOnlyDictionary<Value, Tensor> outerConstants)
    {
        using SecretBlocks.Scope secrets = SecretBlocks.Enter(shared.Secrets);
        var concretizer = new Concretizer(modelName, control);
        foreach ((Value value, Tensor constant) in outerConstants)
        {
            var known = new PlanValue(value.Name);
            Concretizer.SetConstant(known, constant);
            concretizer.Define(value, known);
        }

        var inputValues = new PlanValue[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            Value value = i < graph.Inputs.Count ? graph.Inputs[i] : graph.Captures[i - graph.Inputs.Count];
            inputValues[i] = DefineInput(concretizer, value, inputs[i], i, outerConstants);
        }

        concretizer.Walk(graph);
        PlanValue[] outputValues = [.. graph.Outputs.Select(concretizer.Get)];
        List<PlanNode> nodes = LiveNodes(concretizer.Nodes, outputValues);
        return new PlanAssembler(shared, threads, concretizer, control).Assemble(nodes, inputValues, outputValues);
    }

    private static PlanValue DefineInput(Concretizer concretizer, Value value, PlanInput input, int index, IReadOnlyDictionary<Value, Tensor> outerConstants)
    {
        var planValue = new PlanValue(value.Name) { InputIndex = index, Type = input.Type, Dims = input.Type.Kind == ModelValueKind.Tensor ? ShapeMath.ToFixed(input.Type.Shape) : null };
        if (input.Constant is { } constant)
        {
            Concretizer.SetConstant(planValue, constant);
        }

        if (!outerConstants.ContainsKey(value))
        {
            concretizer.Define(value, planValue);
        }

        return planValue;
    }

    private static List<PlanNode> LiveNodes(List<PlanNode> nodes, PlanValue[] outputs)
    {
        var needed = new HashSet<PlanNode>();
        var stack = new Stack<PlanNode>();
        foreach (PlanValue output in outputs)
        {
            Need(output);
        }

        while (stack.TryPop(out PlanNode? node))
        {
            foreach (PlanValue? input in node.Inputs)
            {
                Need(input);
            }

            foreach (PlanValue capture in node.Captures)
            {
                Need(capture);
            }
        }

        return nodes.FindAll(needed.Contains);

        void Need(PlanValue? value)
        {
            if (value is { Constant: null, Producer: { } producer } && needed.Add(producer))
            {
                stack.Push(producer);
            }
        }
    }
}
