using System.Globalization;
using System.Security.Cryptography;
using Inference.Decisions;
using Inference.Feedback;
using Inference.Hosting;
using Inference.Security;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Erasure;

/// <summary>See <see cref="IDataErasure"/>.</summary>
internal sealed class DataErasure(IServiceProvider services, IEnumerable<ModelRegistration> models, IOptions<DataErasureOptions> options, TimeProvider clock) : IDataErasure
{
    public async ValueTask<ErasureReceipt> EraseAsync(DataOwner owner, string actor, string reason, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        ThrowIfNoText(actor, 128, nameof(actor));
        ThrowIfNoText(reason, 1024, nameof(reason));

        // Before anything is erased: without a key there would be no receipt.
        using ECDsa key = ReadKey(options.Value.SigningKeyFile!);
        Guid id = Guid.CreateVersion7(clock.GetUtcNow());
        bool destroyed = services.GetService<ISubjectKeys>() is { } keys && await keys.DestroyAsync(owner, cancellationToken).ConfigureAwait(false);
        var erased = new List<ModelErasure>();
        var failures = new List<Exception>();
        foreach (ModelRegistration model in models)
        {
            try
            {
                if (await EraseAsync(model.Name, owner, id, actor, reason, cancellationToken).ConfigureAwait(false) is { } one)
                {
                    erased.Add(one);
                }
            }
            catch (Exception exception) when (exception is InferenceException or DecisionStoreException)
            {
                failures.Add(new InferenceException($"Model '{model.Name}': {exception.Message}", exception));
            }
        }

        return failures.Count == 0
            ? ErasureReceipt.Sign(owner, id, clock.GetUtcNow(), actor, reason, destroyed, erased, key, options.Value.KeyId)
            : throw new InferenceException($"Erasure: expected all models to erase, {failures.Count} did not: {string.Join(" ", failures.Select(static f => f.Message))} Repeat it; no receipt was made.", new AggregateException(failures));
    }

    private async ValueTask<ModelErasure?> EraseAsync(string model, DataOwner owner, Guid id, string actor, string reason, CancellationToken cancellationToken)
    {
        IModelRunner runner = services.GetRequiredKeyedService<IModelRunner>(model);
        if (runner is ILoadableRunner { IsLoaded: false } || runner.GetService<IErasable>() is not { } erasable)
        {
            return null;
        }

        ErasureReport report = await erasable.EraseAsync(owner, cancellationToken).ConfigureAwait(false);
        if (runner.GetService<IDecisionRecorder>() is { } recorder)
        {
            await recorder.RecordAsync(
                DecisionActions.Erase,
                "",
                actor,
                reason,
                new Dictionary<string, string>
                {
                    ["receipt"] = id.ToString(),
                    ["owner"] = owner.Subject is null ? "tenant" : "subject",
                    ["predictions"] = report.Predictions.ToString(CultureInfo.InvariantCulture),
                    ["reports"] = report.Reports.ToString(CultureInfo.InvariantCulture),
                    ["exemplars"] = report.Exemplars.ToString(CultureInfo.InvariantCulture),
                    ["cachedRows"] = report.CachedRows.ToString(CultureInfo.InvariantCulture),
                },
                cancellationToken).ConfigureAwait(false);
        }

        return new ModelErasure(model, report.Predictions, report.Reports, report.Exemplars, report.CachedRows);
    }

    private static ECDsa ReadKey(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key.KeySize == 256 ? key : throw new KeyException($"Key file '{path}': expected an ECDSA key of 256 bits, got {key.KeySize}. Make one: openssl ecparam -name prime256v1 -genkey -noout -out KEY.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new KeyException($"Key file '{path}': expected a private ECDSA P-256 key in PEM, got: {exception.Message}", exception);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static void ThrowIfNoText(string text, int longest, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, name);
        if (text.Length > longest || text.Any(char.IsControl))
        {
            throw new ArgumentException($"Expected 1 to {longest} characters without control characters, got {text.Length}.", name);
        }
    }
}
