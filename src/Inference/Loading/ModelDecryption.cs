using Inference.Onnx;
using Inference.Security;

namespace Inference.Loading;

/// <summary>Obtains the data keys of encrypted models.</summary>
internal static class ModelDecryption
{
    /// <summary>Whether a model is encrypted and there are keys to ask. False also if it cannot be read, which loading then reports.</summary>
    public static bool NeedsKey(ModelSource source, ModelLoadOptions options)
    {
        try
        {
            return options.Keys is not null && (source.ResolveFile() is { } path ? EncryptedModel.IsEncrypted(path) : EncryptedModel.IsEncrypted(source.Content.Span));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Unwraps a model's data key; null if that fails, which loading then reports.</summary>
    public static async ValueTask<KnownKey?> UnwrapAsync(ModelSource source, IModelKeyProvider keys, CancellationToken cancellationToken)
    {
        EncryptedModelKey key;
        try
        {
            key = source.ResolveFile() is { } path ? EncryptedModel.ReadKey(path) : EncryptedModel.ReadKey(source.Content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OnnxFormatException)
        {
            return null;
        }

        try
        {
            return new(key, await keys.UnwrapAsync(new(key.KeyId, key.Wrapped), key.Context, cancellationToken).ConfigureAwait(false));
        }
        catch (KeyException exception)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new ModelLoadException($"Model '{source}': {Failed(key, exception).Message}", exception);
        }
    }

    /// <summary>The data key of a file that is being read.</summary>
    /// <exception cref="KeyException">There are no keys, or they do not have this one.</exception>
    public static byte[] Unwrap(EncryptedModelKey key, IModelKeyProvider? keys, KnownKey? known)
    {
        if (known?.CopyFor(key) is { } copy)
        {
            return copy;
        }

        if (keys is null)
        {
            throw new KeyException($"the model is encrypted with the key '{key.KeyId}': expected a key provider, got none. Set ModelLoadOptions.Keys, or register an IModelKeyProvider in the services.");
        }

        try
        {
            ValueTask<byte[]> unwrapped = keys.UnwrapAsync(new(key.KeyId, key.Wrapped), key.Context);
            return unwrapped.IsCompletedSuccessfully ? unwrapped.Result : unwrapped.AsTask().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not KeyException)
        {
            throw Failed(key, exception);
        }
    }

    // Foreign code: a client of a key management service has exceptions of its own.
    private static KeyException Failed(EncryptedModelKey key, Exception exception) => new($"the key provider failed to decrypt with the key '{key.KeyId}': {exception.Message}", exception);
}
