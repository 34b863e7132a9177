using Inference.Onnx;

namespace Inference.Fuzz.Mutation;

/// <summary>Adds well-formed parts that ask for too much: time, memory or depth.</summary>
internal static class HostileMutator
{
    public static readonly Action<OnnxModel, Random>[] All =
        [EndlessLoop, GrowingLoop, DoublingLoop, DeepNesting, RecursiveFunction, ManyCalls, HugeConstant, HugeExpand, HugeRange, HugeProduct];

    private static void EndlessLoop(OnnxModel model, Random random) => AddLoop(model, random, stack: false, "Identity");

    // Stacks an output in every iteration.
    private static void GrowingLoop(OnnxModel model, Random random) => AddLoop(model, random, stack: true, "Identity");

    // Doubles the value it carries in every iteration.
    private static void DoublingLoop(OnnxModel model, Random random) => AddLoop(model, random, stack: false, "Concat");

    private static void AddLoop(OnnxModel model, Random random, bool stack, string operation)
    {
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.Add(new OnnxValueInfo("i", OnnxType.Tensor(OnnxElementType.Int64)));
        body.Inputs.Add(new OnnxValueInfo("c", OnnxType.Tensor(OnnxElementType.Bool)));
        body.Inputs.Add(new OnnxValueInfo("v"));
        body.Nodes.Add(new OnnxNode("Identity", ["c"], ["c2"]));
        var work = new OnnxNode(operation, operation == "Concat" ? ["v", "v"] : ["v"], ["v2"]);
        if (operation == "Concat")
        {
            work.Attributes.Add(OnnxAttribute.FromInt("axis", 0));
        }

        body.Nodes.Add(work);
        body.Outputs.Add(new OnnxValueInfo("c2", OnnxType.Tensor(OnnxElementType.Bool)));
        body.Outputs.Add(new OnnxValueInfo("v2"));
        if (stack)
        {
            body.Nodes.Add(new OnnxNode("Identity", ["v"], ["s"]));
            body.Outputs.Add(new OnnxValueInfo("s"));
        }

        Constant(model, "hostile_count", [random.Next(3) == 0 ? 1_000_000_000 : long.MaxValue], []);
        model.Graph.Initializers.Add(OnnxTensor.FromBytes("hostile_condition", OnnxElementType.Bool, new byte[] { 1 }));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("hostile_start", new float[64], 64));
        var loop = new OnnxNode("Loop", ["hostile_count", "hostile_condition", "hostile_start"], stack ? ["hostile_carried", "hostile"] : ["hostile"]);
        loop.Attributes.Add(OnnxAttribute.FromGraph("body", body));
        Output(model, loop);
    }

    private static void DeepNesting(OnnxModel model, Random random)
    {
        model.Graph.Initializers.Add(OnnxTensor.FromBytes("hostile_condition", OnnxElementType.Bool, new byte[] { 1 }));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("hostile_start", new float[64], 64));
        OnnxNode node = new("Identity", ["hostile_start"], ["hostile"]);
        for (int depth = random.Next(2, 120); depth > 0; depth--)
        {
            var inner = new OnnxGraph { Name = "branch" };
            inner.Nodes.Add(node);
            inner.Outputs.Add(new OnnxValueInfo("hostile"));
            node = new("If", ["hostile_condition"], ["hostile"]);
            node.Attributes.Add(OnnxAttribute.FromGraph("then_branch", inner));
            node.Attributes.Add(OnnxAttribute.FromGraph("else_branch", inner));
            if (depth > 9)
            {
                // Two branches of two branches double the file with every level: deep ones share one shape.
                node.Attributes.RemoveAt(1);
                var other = new OnnxGraph { Name = "else" };
                other.Nodes.Add(new OnnxNode("Identity", ["hostile_start"], ["hostile"]));
                other.Outputs.Add(new OnnxValueInfo("hostile"));
                node.Attributes.Add(OnnxAttribute.FromGraph("else_branch", other));
            }
        }

        Output(model, node);
    }

    private static void RecursiveFunction(OnnxModel model, Random random)
    {
        string other = random.Next(2) == 0 ? "F" : "G";
        AddFunction(model, "F", [new OnnxNode(other, ["x"], ["y"], "hostile")]);
        AddFunction(model, "G", [new OnnxNode("F", ["x"], ["y"], "hostile")]);
        Call(model);
    }

    // Each function calls the next twice: 2^n nodes.
    private static void ManyCalls(OnnxModel model, Random random)
    {
        int depth = random.Next(4, 40);
        for (int i = 0; i < depth; i++)
        {
            string next = i + 1 == depth ? "L" : $"F{i + 1}";
            AddFunction(model, i == 0 ? "F" : $"F{i}", [new OnnxNode(next, ["x"], ["t"], "hostile"), new OnnxNode(next, ["t"], ["y"], "hostile")]);
        }

        AddFunction(model, "L", [new OnnxNode("Identity", ["x"], ["y"])]);
        Call(model);
    }

    private static void HugeConstant(OnnxModel model, Random random)
    {
        Constant(model, "hostile_shape", [1L << random.Next(20, 34), random.Next(1, 64)], [2]);
        Output(model, new OnnxNode("ConstantOfShape", ["hostile_shape"], ["hostile"]));
    }

    private static void HugeExpand(OnnxModel model, Random random)
    {
        Constant(model, "hostile_shape", [1L << random.Next(20, 40), 64], [2]);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("hostile_start", new float[64], 64));
        Output(model, new OnnxNode(random.Next(2) == 0 ? "Expand" : "Reshape", ["hostile_start", "hostile_shape"], ["hostile"]));
    }

    private static void HugeRange(OnnxModel model, Random random)
    {
        Constant(model, "hostile_from", [0], []);
        Constant(model, "hostile_to", [Mutator.Extreme(random)], []);
        Constant(model, "hostile_step", [random.Next(3) == 0 ? 0 : 1], []);
        Output(model, new OnnxNode("Range", ["hostile_from", "hostile_to", "hostile_step"], ["hostile"]));
    }

    // A product of two vectors that were made at run time, so that nothing folds.
    private static void HugeProduct(OnnxModel model, Random random)
    {
        int size = 1 << random.Next(8, 18);
        Constant(model, "hostile_rows", [size, 1], [2]);
        Constant(model, "hostile_columns", [1, size], [2]);
        Constant(model, "hostile_zero", [0], [1]);
        model.Graph.Nodes.Add(new OnnxNode("Shape", [model.Graph.Inputs[0].Name], ["hostile_dims"]));
        model.Graph.Nodes.Add(new OnnxNode("ConstantOfShape", ["hostile_rows"], ["hostile_a"]));
        model.Graph.Nodes.Add(new OnnxNode("ConstantOfShape", ["hostile_columns"], ["hostile_b"]));
        Output(model, new OnnxNode("MatMul", ["hostile_a", "hostile_b"], ["hostile"]));
    }

    private static void AddFunction(OnnxModel model, string name, OnnxNode[] nodes)
    {
        var function = new OnnxFunction { Name = name, Domain = "hostile" };
        function.Inputs.Add("x");
        function.Outputs.Add("y");
        function.Nodes.AddRange(nodes);
        function.OperatorSets.Add(new OnnxOperatorSet("", 13));
        model.Functions.Add(function);
    }

    private static void Call(OnnxModel model)
    {
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("hostile_start", new float[64], 64));
        Output(model, new OnnxNode("F", ["hostile_start"], ["hostile"], "hostile"));
    }

    private static void Constant(OnnxModel model, string name, long[] values, long[] dims) => model.Graph.Initializers.Add(OnnxTensor.Create<long>(name, values, dims));

    private static void Output(OnnxModel model, OnnxNode node)
    {
        model.Graph.Nodes.Add(node);
        model.Graph.Outputs.Add(new OnnxValueInfo("hostile"));
    }
}
