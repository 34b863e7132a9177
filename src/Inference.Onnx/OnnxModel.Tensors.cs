namespace Inference.Onnx;

public sealed partial class OnnxModel
{
    /// <summary>Returns every tensor of the model: initializers, values and indices of sparse initializers, and attributes, of the graph, its subgraphs, functions and training graphs.</summary>
    /// <exception cref="InvalidOperationException">A graph contains itself.</exception>
    public IReadOnlyList<OnnxTensor> GetTensors()
    {
        var found = new List<OnnxTensor>();
        Collect(Graph, found, 0);
        foreach (var function in Functions)
        {
            CollectAttributes(function.Attributes, found, 0);
            Collect(function.Nodes, found, 0);
        }

        foreach (var training in HasTrainingInfos ? TrainingInfos : [])
        {
            Collect(training.Initialization, found, 0);
            Collect(training.Algorithm, found, 0);
        }

        return found;
    }

    /// <summary>Returns the full paths, with links resolved, of the files that hold external data of <see cref="GetTensors"/>, without duplicates, in the order in which they are first referenced.</summary>
    /// <exception cref="OnnxFormatException">A location is outside the model's folder, or the model has no folder.</exception>
    public IReadOnlyList<string> GetExternalDataFiles()
    {
        var paths = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in GetTensors())
        {
            if (tensor.HasExternalData && tensor.ExternalDataPath() is var path && seen.Add(path))
            {
                paths.Add(path);
            }
        }

        return paths;
    }

    private static void Collect(OnnxGraph? graph, List<OnnxTensor> found, int depth)
    {
        if (graph is null)
        {
            return;
        }

        found.AddRange(graph.Initializers);
        foreach (var sparse in graph.HasSparseInitializers ? graph.SparseInitializers : [])
        {
            AddParts(sparse, found);
        }

        Collect(graph.Nodes, found, depth + 1);
    }

    private static void Collect(List<OnnxNode> nodes, List<OnnxTensor> found, int depth)
    {
        if (depth > Serialization.ProtoWriter.MostNesting)
        {
            throw new InvalidOperationException($"ONNX model: expected at most {Serialization.ProtoWriter.MostNesting} nested graphs, got more. A graph contains itself.");
        }

        foreach (var node in nodes)
        {
            CollectAttributes(node.Attributes, found, depth);
        }
    }

    private static void CollectAttributes(List<OnnxAttribute> attributes, List<OnnxTensor> found, int depth)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Tensor is { } tensor)
            {
                found.Add(tensor);
            }

            found.AddRange(attribute.Tensors);
            AddParts(attribute.SparseTensor, found);
            foreach (var sparse in attribute.SparseTensors)
            {
                AddParts(sparse, found);
            }

            Collect(attribute.Graph, found, depth);
            foreach (var graph in attribute.Graphs)
            {
                Collect(graph, found, depth);
            }
        }
    }

    private static void AddParts(OnnxSparseTensor? sparse, List<OnnxTensor> found)
    {
        if (sparse is not null)
        {
            found.Add(sparse.Values);
            found.Add(sparse.Indices);
        }
    }
}
