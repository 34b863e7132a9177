using Inference.Onnx;

namespace Inference.Security;

/// <summary>Encrypts, decrypts and rekeys model files with the keys of a provider; the format is that of <see cref="EncryptedModel"/>. A loader decrypts such files in memory: <see cref="ModelLoadOptions.Keys"/>.</summary>
public static class ModelEncryption
{
    /// <summary>Encrypts a model file and its external data into one file.</summary>
    /// <param name="modelPath">The model file.</param>
    /// <param name="outputPath">The file to write; an existing one is replaced, also the model file itself.</param>
    /// <param name="keys">The provider, whose current key encrypts the data key.</param>
    /// <param name="cancellationToken">Stops the work; nothing is written then.</param>
    /// <exception cref="ModelLoadException">The model cannot be read, or is encrypted already.</exception>
    /// <exception cref="KeyException">The key is not available.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static ValueTask EncryptAsync(string modelPath, string outputPath, IModelKeyProvider keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return Explain(modelPath, () => EncryptedModel.EncryptAsync(modelPath, outputPath, Wrap(keys), options: null, cancellationToken));
    }

    /// <summary>Decrypts an encrypted model into files: the model, and its external data beside it.</summary>
    /// <param name="path">The encrypted model.</param>
    /// <param name="outputPath">The model file to write; an existing one is replaced.</param>
    /// <param name="keys">The provider.</param>
    /// <param name="cancellationToken">Stops the work; nothing is written then.</param>
    /// <returns>The files that were written, the model first.</returns>
    /// <exception cref="ModelLoadException">The file is not an encrypted model, or was changed.</exception>
    /// <exception cref="KeyException">The provider does not have the key.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static async ValueTask<IReadOnlyList<string>> DecryptAsync(string path, string outputPath, IModelKeyProvider keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        IReadOnlyList<string> written = [];
        await Explain(path, async () =>
        {
            Func<EncryptedModelKey, byte[]> unwrap = await UnwrapAsync(path, keys, cancellationToken).ConfigureAwait(false);
            written = EncryptedModel.Decrypt(path, outputPath, unwrap, cancellationToken);
        }).ConfigureAwait(false);
        return written;
    }

    /// <summary>Encrypts the data key of an encrypted model by another key. The content is copied as it is; the old key still opens copies of the old file.</summary>
    /// <param name="path">The encrypted model.</param>
    /// <param name="outputPath">The file to write; may be <paramref name="path"/>, which is replaced when the new file is complete.</param>
    /// <param name="oldKeys">The provider of the current key.</param>
    /// <param name="newKeys">The provider of the new key.</param>
    /// <param name="cancellationToken">Stops the work; nothing is written then.</param>
    /// <exception cref="ModelLoadException">The file is not an encrypted model, or its header was changed.</exception>
    /// <exception cref="KeyException">A key is not available.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static ValueTask RekeyAsync(string path, string outputPath, IModelKeyProvider oldKeys, IModelKeyProvider newKeys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(oldKeys);
        ArgumentNullException.ThrowIfNull(newKeys);
        return Explain(path, async () =>
        {
            Func<EncryptedModelKey, byte[]> unwrap = await UnwrapAsync(path, oldKeys, cancellationToken).ConfigureAwait(false);
            await EncryptedModel.RekeyAsync(path, outputPath, unwrap, Wrap(newKeys), cancellationToken).ConfigureAwait(false);
        });
    }

    private static Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, CancellationToken, ValueTask<EncryptedModelKey>> Wrap(IModelKeyProvider keys) => async (dataKey, context, token) =>
    {
        WrappedKey wrapped = await keys.WrapAsync(dataKey, context, token).ConfigureAwait(false);
        return new EncryptedModelKey(wrapped.KeyId, wrapped.Bytes, context);
    };

    // The file may be replaced between this and the reading: the key is then not its key, which the reader notices.
    private static async ValueTask<Func<EncryptedModelKey, byte[]>> UnwrapAsync(string path, IModelKeyProvider keys, CancellationToken cancellationToken)
    {
        EncryptedModelKey key = EncryptedModel.ReadKey(path);
        byte[] dataKey = await keys.UnwrapAsync(new WrappedKey(key.KeyId, key.Wrapped), key.Context, cancellationToken).ConfigureAwait(false);
        return _ => dataKey;
    }

    private static async ValueTask Explain(string path, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OnnxFormatException exception)
        {
            throw new ModelLoadException(exception.FileName is null ? $"Model '{path}': {exception.Message}" : exception.Message, exception);
        }
    }
}
