using System.Security.Cryptography;
using System.Text;
using Inference.Import;
using Inference.Onnx;

namespace Inference.Splitting;

/// <summary>Makes the two models of a cut. They share nodes and constants with the model they come from; nothing is copied.</summary>
internal static class SplitParts
{
    /// <summary>The model from the inputs to the cut.</summary>
    public static OnnxModel Branch(OnnxModel model, GraphCut cut, HashSet<string> branchInputs)
    {
        OnnxModel part = Part(model, "branch", cut.BranchNodes, cut.BranchReads);
        part.Graph.Inputs.AddRange(model.Graph.Inputs.Where(i => cut.BranchReads.Contains(i.Name) && branchInputs.Contains(i.Name)));
        part.Graph.Outputs.AddRange(cut.Frontier.Select(n => Port(cut, n)));
        return part;
    }

    /// <summary>The model from the cut, and the other inputs, to the outputs.</summary>
    public static OnnxModel Rest(OnnxModel model, GraphCut cut, HashSet<string> branchInputs)
    {
        OnnxModel part = Part(model, "rest", cut.RestNodes, cut.RestReads);
        var constants = new HashSet<string>(model.Graph.Initializers.Select(i => i.Name).Concat(model.Graph.SparseInitializers.Select(i => i.Values.Name)), StringComparer.Ordinal);
        foreach (OnnxValueInfo input in model.Graph.Inputs)
        {
            bool isDefault = constants.Contains(input.Name);
            bool isConstant = isDefault && (model.IrVersion < 4 || cut.BranchReads.Contains(input.Name));
            bool isNeeded = cut.RestReads.Contains(input.Name) || (!isDefault && !branchInputs.Contains(input.Name));
            if (isNeeded && (!isConstant || branchInputs.Contains(input.Name)))
            {
                part.Graph.Inputs.Add(input);
            }
        }

        part.Graph.Inputs.AddRange(cut.Frontier.Select(n => Port(cut, n)));
        part.Graph.Outputs.AddRange(model.Graph.Outputs);
        return part;
    }

    /// <summary>The digest of a part: that of the whole, and what was cut.</summary>
    public static string Digest(string whole, string part, IEnumerable<string> branchInputs) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [whole, part, .. branchInputs.Order(StringComparer.Ordinal)]))));

    private static OnnxModel Part(OnnxModel model, string name, List<OnnxNode> nodes, HashSet<string> reads)
    {
        var part = new OnnxModel
        {
            // Below 4 every initializer would have to be an input.
            IrVersion = Math.Max(4, model.IrVersion),
            ProducerName = model.ProducerName,
            Graph = new OnnxGraph { Name = $"{model.Graph.Name}_{name}" },
        };
        part.OperatorSets.AddRange(model.OperatorSets);
        part.Functions.AddRange(model.Functions);
        foreach (KeyValuePair<string, string> entry in model.Metadata)
        {
            part.Metadata.Add(entry.Key, entry.Value);
        }

        part.Graph.Nodes.AddRange(nodes);
        part.Graph.Initializers.AddRange(model.Graph.Initializers.Where(i => reads.Contains(i.Name)));
        part.Graph.SparseInitializers.AddRange(model.Graph.SparseInitializers.Where(i => reads.Contains(i.Values.Name)));
        var made = new HashSet<string>(nodes.SelectMany(n => n.Outputs), StringComparer.Ordinal);
        part.Graph.ValueInfos.AddRange(model.Graph.ValueInfos.Where(v => made.Contains(v.Name)));
        return part;
    }

    private static OnnxValueInfo Port(GraphCut cut, string name) => new(name, cut.TypeOf(name) is { } type ? TypeImport.ToOnnx(type) : null);
}
