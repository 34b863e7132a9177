using System.Runtime.InteropServices;

namespace Inference.OnnxRuntime.Native;

/// <summary>Owns an <c>OrtSession*</c> and one use of the environment.</summary>
internal sealed unsafe class SessionHandle : SafeHandle
{
    private readonly OrtApi _api;

    private SessionHandle(OrtApi api)
        : base(0, ownsHandle: true) => _api = api;

    public override bool IsInvalid => handle == 0;

    /// <summary>Makes a session of a model file.</summary>
    /// <param name="api">The library.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">The options.</param>
    /// <param name="where">What to begin messages with.</param>
    /// <param name="rejected">Makes the exception to throw where the library takes the options but rejects the model; null: as it is.</param>
    public static SessionHandle FromFile(OrtApi api, string path, OnnxRuntimeOptions options, string where, Func<OnnxRuntimeException, Exception>? rejected = null)
    {
        if (OperatingSystem.IsWindows())
        {
            fixed (char* text = path)
            {
                return Create(api, text, 0, options, null, where, rejected);
            }
        }

        fixed (byte* text = OrtApi.Utf8(path))
        {
            return Create(api, text, 0, options, null, where, rejected);
        }
    }

    /// <summary>Makes a session of a model in memory, which is read before this returns.</summary>
    public static SessionHandle FromMemory(OrtApi api, ReadOnlySpan<byte> model, string? externalDataFolder, OnnxRuntimeOptions options, string where, Func<OnnxRuntimeException, Exception>? rejected = null)
    {
        fixed (byte* bytes = model)
        {
            byte none = 0;
            return Create(api, bytes is null ? &none : bytes, (nuint)model.Length, options, externalDataFolder, where, rejected, inMemory: true);
        }
    }

    protected override bool ReleaseHandle()
    {
        _api.ReleaseSession(handle);
        _api.Environment.Leave();
        return true;
    }

    private static SessionHandle Create(
        OrtApi api,
        void* pathOrBytes,
        nuint length,
        OnnxRuntimeOptions options,
        string? externalDataFolder,
        string where,
        Func<OnnxRuntimeException, Exception>? rejected,
        bool inMemory = false)
    {
        nint environment = api.Environment.Enter(options.GlobalThreadPool);
        var result = new SessionHandle(api);
        try
        {
            nint sessionOptions = SessionOptionsBuilder.Build(api, options, externalDataFolder, where);
            try
            {
                nint session;
                nint status = inMemory
                    ? api.CreateSessionFromArray(environment, pathOrBytes, length, sessionOptions, &session)
                    : api.CreateSession(environment, pathOrBytes, sessionOptions, &session);
                if (status != 0)
                {
                    OnnxRuntimeException exception = api.ToException(status, where);
                    throw rejected?.Invoke(exception) ?? exception;
                }

                result.SetHandle(session);
                return result;
            }
            finally
            {
                api.ReleaseSessionOptions(sessionOptions);
            }
        }
        finally
        {
            if (result.IsInvalid)
            {
                api.Environment.Leave();
                result.SetHandleAsInvalid();
            }
        }
    }
}
