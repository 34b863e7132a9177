using System.Text.Json;
using Inference.Feedback;
using Inference.Hosting;
using Inference.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Erasure;

/// <summary>See <see cref="IDataExport"/>.</summary>
internal sealed class DataExport(IServiceProvider services, IEnumerable<ModelRegistration> models) : IDataExport
{
    public async ValueTask<long> ExportAsync(DataOwner owner, Stream to, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        ArgumentNullException.ThrowIfNull(to);
        long lines = 0;
        foreach (ModelRegistration model in models)
        {
            IModelRunner runner = services.GetRequiredKeyedService<IModelRunner>(model.Name);
            await runner.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
            if (runner.GetService<IExportable>() is not { } exportable)
            {
                continue;
            }

            await foreach (HeldRecord record in exportable.ExportAsync(owner, cancellationToken).ConfigureAwait(false))
            {
                await to.WriteAsync(Line(record), cancellationToken).ConfigureAwait(false);
                lines++;
            }
        }

        return lines;
    }

    private static ReadOnlyMemory<byte> Line(HeldRecord record)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("kind", record.Kind);
            json.WriteString("model", record.Model);
            json.WriteString("predictionId", record.PredictionId);
            json.WriteString("at", record.At);
            json.WriteNumber("row", record.Row);
            json.WriteStartObject("values");
            foreach ((string name, FeedbackValue value) in record.Values)
            {
                if (value.IsNumber && double.IsFinite(value.Number))
                {
                    json.WriteNumber(name, value.Number);
                }
                else
                {
                    json.WriteString(name, value.ToString());
                }
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
