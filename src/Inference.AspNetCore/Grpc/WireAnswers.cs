using Inference.AspNetCore.Models;
using Inference.AspNetCore.Repository;

namespace Inference.AspNetCore.Grpc;

/// <summary>Messages of the methods other than ModelInfer.</summary>
internal static class WireAnswers
{
    public static WireMessage Metadata(ModelDescription description)
    {
        WireMessage message = new WireMessage().Text(1, description.Name);
        foreach (string version in description.Versions)
        {
            message.Text(2, version);
        }

        message.Text(3, description.Platform);
        Add(message, 4, description.Inputs);
        Add(message, 5, description.Outputs);
        foreach ((string name, string value) in description.Properties)
        {
            message.Nested(6, new WireMessage().Text(1, name).Text(2, value));
        }

        return message;
    }

    public static WireMessage Statistics(List<StatisticsEntry> entries)
    {
        var message = new WireMessage();
        foreach (StatisticsEntry entry in entries)
        {
            VersionStatistics counts = entry.Counts;
            WireMessage times = new WireMessage()
                .Nested(1, Duration(counts.Succeeded, counts.SucceededNanoseconds))
                .Nested(2, Duration(counts.Failed, counts.FailedNanoseconds))
                .Nested(3, WireMessage.Empty)
                .Nested(4, WireMessage.Empty)
                .Nested(5, Duration(counts.Succeeded, counts.SucceededNanoseconds))
                .Nested(6, WireMessage.Empty);
            message.Nested(1, new WireMessage()
                .Text(1, entry.Name)
                .Text(2, entry.Version)
                .Number(3, (ulong)counts.LastMilliseconds)
                .Number(4, (ulong)counts.Rows)
                .Number(5, (ulong)counts.Succeeded)
                .Nested(6, times));
        }

        return message;
    }

    public static WireMessage Index(List<RepositoryEntry> entries)
    {
        var message = new WireMessage();
        foreach (RepositoryEntry entry in entries)
        {
            message.Nested(1, new WireMessage().Text(1, entry.Name).Text(2, entry.Version).Text(3, entry.State).Text(4, entry.Reason));
        }

        return message;
    }

    private static WireMessage Duration(long count, long nanoseconds) => new WireMessage().Number(1, (ulong)count).Number(2, (ulong)nanoseconds);

    private static void Add(WireMessage message, int field, IReadOnlyList<TensorDescription> tensors)
    {
        foreach (TensorDescription tensor in tensors)
        {
            message.Nested(field, new WireMessage().Text(1, tensor.Name).Text(2, tensor.Datatype).Packed(3, tensor.Shape));
        }
    }
}
