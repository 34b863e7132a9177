namespace Inference.OnnxRuntime.Native;

/// <summary>Reads a session's signature and metadata.</summary>
internal static unsafe class SessionReader
{
    /// <summary>The inputs, then the initializers that may be given as inputs.</summary>
    public static ModelPort[] Inputs(OrtApi api, SessionHandle session)
    {
        nint handle = session.DangerousGetHandle();
        nuint count;
        nuint optional;
        api.Check(api.SessionGetInputCount(handle, &count));
        api.Check(api.SessionGetOverridableInitializerCount(handle, &optional));
        var ports = new ModelPort[(int)(count + optional)];
        for (nuint i = 0; i < count; i++)
        {
            ports[(int)i] = Port(api, handle, i, api.SessionGetInputName, api.SessionGetInputTypeInfo, false);
        }

        for (nuint i = 0; i < optional; i++)
        {
            ports[(int)(count + i)] = Port(api, handle, i, api.SessionGetOverridableInitializerName, api.SessionGetOverridableInitializerTypeInfo, true);
        }

        return ports;
    }

    /// <summary>The outputs.</summary>
    public static ModelPort[] Outputs(OrtApi api, SessionHandle session)
    {
        nint handle = session.DangerousGetHandle();
        nuint count;
        api.Check(api.SessionGetOutputCount(handle, &count));
        var ports = new ModelPort[(int)count];
        for (nuint i = 0; i < count; i++)
        {
            ports[(int)i] = Port(api, handle, i, api.SessionGetOutputName, api.SessionGetOutputTypeInfo, false);
        }

        return ports;
    }

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(OrtApi api, SessionHandle session)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        nint metadata;
        api.Check(api.SessionGetModelMetadata(session.DangerousGetHandle(), &metadata));
        try
        {
            byte** keys;
            long count;
            api.Check(api.ModelMetadataGetCustomMetadataMapKeys(metadata, api.Allocator, &keys, &count));
            for (long i = 0; i < count; i++)
            {
                byte* text;
                api.Check(api.ModelMetadataLookupCustomMetadataMap(metadata, api.Allocator, keys[i], &text));
                string value = text is null ? "" : api.TakeString(text);
                result[api.TakeString(keys[i])] = value;
            }

            if (keys is not null)
            {
                api.Check(api.AllocatorFree(api.Allocator, (nint)keys));
            }
        }
        finally
        {
            api.ReleaseModelMetadata(metadata);
        }

        return result;
    }

    private static ModelPort Port(
        OrtApi api,
        nint session,
        nuint index,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getType,
        bool optional)
    {
        byte* name;
        nint type;
        api.Check(getName(session, index, api.Allocator, &name));
        string text = api.TakeString(name);
        api.Check(getType(session, index, &type));
        return new ModelPort(text, OrtTypes.ReadAndRelease(api, type), optional);
    }
}
