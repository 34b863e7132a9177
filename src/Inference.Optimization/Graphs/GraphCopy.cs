using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Copies models for editing: nodes and lists are new; tensors and attributes are shared and must be replaced, never changed.</summary>
internal static class GraphCopy
{
    public static OnnxModel Copy(OnnxModel model)
    {
        var copy = new OnnxModel
        {
            IrVersion = model.IrVersion,
            ProducerName = model.ProducerName,
            ProducerVersion = model.ProducerVersion,
            Domain = model.Domain,
            ModelVersion = model.ModelVersion,
            DocString = model.DocString,
        };
        copy.OperatorSets.AddRange(model.OperatorSets.Select(s => new OnnxOperatorSet(s.Domain, s.Version)));
        copy.Functions.AddRange(model.Functions);
        foreach ((string key, string value) in model.Metadata)
        {
            copy.Metadata.Add(key, value);
        }

        OnnxGraph from = model.Graph;
        OnnxGraph to = copy.Graph;
        to.Name = from.Name;
        to.DocString = from.DocString;
        to.Nodes.AddRange(from.Nodes.Select(Copy));
        to.Initializers.AddRange(from.Initializers);
        to.SparseInitializers.AddRange(from.SparseInitializers);
        to.Inputs.AddRange(from.Inputs);
        to.Outputs.AddRange(from.Outputs);
        to.ValueInfos.AddRange(from.ValueInfos);
        return copy;
    }

    public static OnnxNode Copy(OnnxNode node)
    {
        var copy = new OnnxNode(node.OpType, [.. node.Inputs], [.. node.Outputs], node.Domain, node.Name) { Overload = node.Overload };
        copy.Attributes.AddRange(node.Attributes);
        return copy;
    }
}
