using Inference.Import;
using Inference.Onnx;

namespace Inference.Placement;

/// <summary>A part of a graph as a separate model, at the original opsets.</summary>
internal sealed class PartModel
{
    private readonly OnnxModel _model;
    private readonly OnnxGraphView _around;

    private PartModel(OnnxModel model, OnnxGraphView around, List<string> inputs, List<string> outputs)
    {
        _model = model;
        _around = around;
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>The values that the part consumes, in order; constants are inside it.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The values that the part produces for others, in order.</summary>
    public IReadOnlyList<string> Outputs { get; }

    public OnnxGraphView View(string name) => new(_model, _model.Graph, name, null, _around.GetValueType, whole: false);

    /// <summary>Makes the part of these nodes.</summary>
    public static PartModel Of(OnnxModel model, OnnxGraph graph, OnnxNode[] nodes, int[] members, OnnxGraphView view)
    {
        var inside = new HashSet<int>(members);
        var made = new HashSet<string>(members.SelectMany(m => nodes[m].Outputs).Where(o => o.Length > 0), StringComparer.Ordinal);
        var part = new OnnxModel { IrVersion = model.IrVersion, ProducerName = model.ProducerName, Graph = new OnnxGraph { Name = $"{graph.Name}_part" } };
        part.OperatorSets.AddRange(model.OperatorSets);
        part.Functions.AddRange(model.Functions);
        var inputs = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (int member in members)
        {
            part.Graph.Nodes.Add(nodes[member]);
            foreach (string input in nodes[member].Inputs)
            {
                if (input.Length == 0 || made.Contains(input) || !seen.Add(input))
                {
                    continue;
                }

                if (view.Constants.TryGetValue(input, out OnnxTensor? constant))
                {
                    part.Graph.Initializers.Add(Named(constant, input));
                }
                else
                {
                    inputs.Add(input);
                    part.Graph.Inputs.Add(new(input, TypeOf(view, input)));
                }
            }
        }

        var names = new NodeOrder();
        var used = new HashSet<string>(graph.Outputs.Select(o => o.Name), StringComparer.Ordinal);
        for (int i = 0; i < nodes.Length; i++)
        {
            if (!inside.Contains(i))
            {
                used.UnionWith(names.FreeNames(nodes[i]));
            }
        }

        List<string> outputs = [.. members.SelectMany(m => nodes[m].Outputs).Where(o => o.Length > 0 && used.Contains(o))];
        if (outputs.Count == 0)
        {
            // The part's values are unused; one output keeps it a valid model.
            outputs.Add(made.First());
        }

        foreach (string output in outputs)
        {
            part.Graph.Outputs.Add(new(output, TypeOf(view, output)));
        }

        return new(part, view, inputs, outputs);
    }

    private static OnnxType? TypeOf(OnnxGraphView view, string name) => view.GetValueType(name) is { } type ? TypeImport.ToOnnx(type) : null;

    private static OnnxTensor Named(OnnxTensor tensor, string name)
    {
        if (tensor.Name == name)
        {
            return tensor;
        }

        return tensor.ElementType == OnnxElementType.String
            ? new OnnxTensor { Name = name, ElementType = tensor.ElementType, Dims = tensor.Dims, StringData = tensor.StringData }
            : OnnxTensor.FromBytes(name, tensor.ElementType, tensor.GetBytes(), tensor.Dims);
    }
}
