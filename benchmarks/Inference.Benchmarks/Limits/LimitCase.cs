using Inference.Onnx;

namespace Inference.Benchmarks.Limits;

/// <summary>A model of one node that has much to do.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Opset">The opset of its domain.</param>
/// <param name="Outputs">Outputs asked for.</param>
/// <param name="Inputs">Its inputs; null where left out.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Note">What is special about it.</param>
internal sealed record LimitCase(string OpType, long Opset, int Outputs, LimitInput?[] Inputs, OnnxAttribute[] Attributes, string Domain = "", string Note = "")
{
    public string Name => Note.Length == 0 ? OpType : $"{OpType} ({Note})";

    /// <summary>The model.</summary>
    public byte[] Model()
    {
        var model = new OnnxModel { IrVersion = 10, Graph = new OnnxGraph { Name = "limits" } };
        model.OperatorSets.Add(new("", Domain.Length == 0 ? Opset : 21));
        if (Domain.Length > 0)
        {
            model.OperatorSets.Add(new(Domain, Opset));
        }

        var names = new string[Inputs.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (Inputs[i] is not { } input)
            {
                names[i] = "";
                continue;
            }

            names[i] = $"x{i}";
            if (input.Constant is { } constant)
            {
                constant.Name = names[i];
                model.Graph.Initializers.Add(constant);
            }
            else
            {
                model.Graph.Inputs.Add(new(names[i], OnnxType.Tensor((OnnxElementType)(int)input.Type, [.. input.Dims.Select(d => (OnnxDimension)d)])));
            }
        }

        string[] outputs = [.. Enumerable.Range(0, Outputs).Select(i => $"y{i}")];
        var node = new OnnxNode(OpType, names, outputs, Domain);
        node.Attributes.AddRange(Attributes);
        model.Graph.Nodes.Add(node);
        foreach (string output in outputs)
        {
            model.Graph.Outputs.Add(new(output));
        }

        return model.ToArray();
    }

    /// <summary>The values of its inputs.</summary>
    public NamedValues Values()
    {
        var values = new NamedValues();
        for (int i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i] is { Constant: null } input)
            {
                values.Add($"x{i}", input.Make());
            }
        }

        return values;
    }
}
