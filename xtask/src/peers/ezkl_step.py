"""One step of EZKL: STEP FOLDER MODEL INPUT."""
import json
import os
import sys

import ezkl

step, folder, model, data = sys.argv[1:]
os.chdir(folder)
if step == "compile":
    arguments = ezkl.PyRunArgs()
    arguments.input_visibility, arguments.param_visibility, arguments.output_visibility = "private", "fixed", "public"
    done = (ezkl.gen_settings(model, "settings.json", py_run_args=arguments)
            and ezkl.calibrate_settings(data, model, "settings.json", "resources")
            and ezkl.compile_circuit(model, "model.compiled", "settings.json"))
elif step == "srs":
    with open("settings.json") as settings:
        ezkl.gen_srs("kzg.srs", json.load(settings)["run_args"]["logrows"])
    done = True
elif step == "setup":
    done = ezkl.setup("model.compiled", "vk", "pk", srs_path="kzg.srs")
elif step == "witness":
    done = ezkl.gen_witness(data, "model.compiled", "witness.json")
elif step == "prove":
    done = ezkl.prove("witness.json", "model.compiled", "pk", "proof.json", srs_path="kzg.srs")
elif step == "verify":
    done = ezkl.verify("proof.json", "settings.json", "vk", srs_path="kzg.srs")
else:
    sys.exit(f"no step {step}")
if not done:
    sys.exit(f"{step} returned {done}")
