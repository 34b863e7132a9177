namespace Inference.Onnx.Files;

/// <summary>Which tensors go to the external data file, and where in it.</summary>
internal sealed class ExternalPlan
{
    /// <summary>Embeds everything.</summary>
    public static readonly ExternalPlan Embed = new();

    /// <summary>Embeds everything but what is external already.</summary>
    public static readonly ExternalPlan KeepReferences = new() { KeepsReferences = true };

    private readonly Dictionary<OnnxTensor, (long Offset, long Length)> _ranges = new(ReferenceEqualityComparer.Instance);
    private readonly List<OnnxTensor> _tensors = [];

    public bool KeepsReferences { get; private init; }

    /// <summary>The external data file; null if there is none.</summary>
    public string? FileName { get; private init; }

    public long Length { get; private set; }

    public bool IsEmpty => _tensors.Count == 0;

    public static ExternalPlan For(OnnxModel model, OnnxWriteOptions options, string fileName)
    {
        if (options.ExternalDataThreshold is not { } threshold)
        {
            return options.KeepExternalReferences ? KeepReferences : Embed;
        }

        var plan = new ExternalPlan { KeepsReferences = options.KeepExternalReferences, FileName = fileName };
        plan.Add(model.Graph, threshold, options.ExternalDataAlignment, 0);
        foreach (var training in model.HasTrainingInfos ? model.TrainingInfos : [])
        {
            plan.Add(training.Initialization, threshold, options.ExternalDataAlignment, 0);
            plan.Add(training.Algorithm, threshold, options.ExternalDataAlignment, 0);
        }

        foreach (var function in model.Functions)
        {
            plan.Add(function.Nodes, threshold, options.ExternalDataAlignment, 0);
        }

        return plan;
    }

    public bool TryFind(OnnxTensor tensor, out (long Offset, long Length) range) => _ranges.TryGetValue(tensor, out range);

    /// <summary>Refuses a reference that stays into the file that is about to be replaced.</summary>
    public void CheckReference(OnnxTensor tensor)
    {
        if (!IsEmpty && tensor.ExternalData.TryGetValue("location", out var location) && ContainedPath.Plain(location) == FileName)
        {
            throw new InvalidOperationException(
                $"Tensor '{tensor.Name}': expected a new external data file, got '{location}', which holds the tensor's current data. Set ExternalDataFileName to another name.");
        }
    }

    /// <summary>Writes the content of the external data file.</summary>
    public void Write(Stream stream)
    {
        var padding = new byte[65536];
        var position = 0L;
        foreach (var tensor in _tensors)
        {
            var (offset, length) = _ranges[tensor];
            stream.Write(padding, 0, (int)(offset - position));
            if (!tensor.HasExternalData)
            {
                stream.Write(tensor.GetBytes().Span);
            }
            else
            {
                // Bytes copied at once.
                const int Part = 1 << 24;
                for (var start = 0L; start < length; start += Part)
                {
                    stream.Write(tensor.GetBytes(start, (int)Math.Min(Part, length - start)).Span);
                }
            }

            position = offset + length;
        }
    }

    private void Add(OnnxGraph? graph, long threshold, int alignment, int depth)
    {
        if (graph is null)
        {
            return;
        }

        foreach (var tensor in graph.Initializers)
        {
            Add(tensor, threshold, alignment);
        }

        Add(graph.Nodes, threshold, alignment, depth + 1);
    }

    private void Add(List<OnnxNode> nodes, long threshold, int alignment, int depth)
    {
        if (depth > Serialization.ProtoWriter.MostNesting)
        {
            throw new InvalidOperationException($"ONNX model: expected at most {Serialization.ProtoWriter.MostNesting} nested graphs, got more. A graph contains itself.");
        }

        foreach (var node in nodes)
        {
            foreach (var attribute in node.Attributes)
            {
                Add(attribute.Graph, threshold, alignment, depth);
                foreach (var graph in attribute.Graphs)
                {
                    Add(graph, threshold, alignment, depth);
                }
            }
        }
    }

    private void Add(OnnxTensor tensor, long threshold, int alignment)
    {
        var stays = tensor.HasExternalData && KeepsReferences;
        if (stays || tensor.ElementType.BitWidth() == 0 || _ranges.ContainsKey(tensor) || tensor.ByteCount < threshold)
        {
            return;
        }

        var offset = checked((Length + alignment - 1) / alignment * alignment);
        _ranges.Add(tensor, (offset, tensor.ByteCount));
        _tensors.Add(tensor);
        Length = checked(offset + tensor.ByteCount);
    }
}
